import type { ChartData } from "../../bot/charts/chart-data.ts";
import type { IncidentView } from "../../bot/incident-view.ts";
import type { TopologyPicture } from "../../bot/web/pages-port.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { Topology } from "../../cluster/topology.ts";
import type { Incident } from "../../incident/incident.ts";
import { messageOf } from "../../lib/app-error.ts";
import { type Clock, rest } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Database } from "../../store/database.ts";
import { savePicture } from "../../store/incidents/incident-pictures.ts";
import { buildView } from "../view/build-view.ts";
import { chartOf } from "../view/chart-of.ts";
import { unitOf } from "../view/unit-of.ts";
import { topologyPicture } from "./topology-picture.ts";

/** What the pages of an incident draw, as of now; undefined where nothing is known to draw. */
export interface Pictures {
  chart(view: IncidentView): ChartData | undefined;
  topology(view: IncidentView): TopologyPicture | undefined;
}

const panels = 4;
/** Enough for the width of a screen; a week at 15 s would be 40,000. */
const mostPoints = 600;
/** How long after the end a chart goes on: to see that it stayed well. */
const afterMs = 10 * 60_000;

/** Of each stretch the extreme values stay: a peak must not vanish because there are many points around it. */
export function thinned(points: ChartData["panels"][number]["lines"][number]["points"], most = mostPoints) {
  if (points.length <= most) return points;
  const stretch = Math.ceil(points.length / (most / 2));
  const kept: (typeof points)[number][] = [];
  for (let i = 0; i < points.length; i += stretch) {
    const part = points.slice(i, i + stretch);
    const low = part.reduce((a, b) => (b.value < a.value ? b : a));
    const high = part.reduce((a, b) => (b.value > a.value ? b : a));
    kept.push(...(low === high ? [low] : low.at < high.at ? [low, high] : [high, low]));
  }
  return kept;
}

/** What the pages draw, from what is in memory now. */
export function createPictures(deps: {
  readonly observation: Observation;
  readonly topology: () => Topology;
  readonly clock: Pick<Clock, "now">;
}): Pictures {
  return {
    chart(view) {
      const { resolvedAt } = view.incident;
      const now = Math.min(
        deps.clock.now(),
        resolvedAt === undefined ? Number.POSITIVE_INFINITY : resolvedAt + afterMs,
      );
      const chart = chartOf(view, deps.observation, { now, units: unitOf, panels });
      return (
        chart && {
          ...chart,
          panels: chart.panels.map((panel) => ({
            ...panel,
            lines: panel.lines.map((line) => ({ ...line, points: thinned(line.points) })),
          })),
        }
      );
    },
    topology: (view) => topologyPicture(view, deps.topology()),
  };
}

/** Whether a chart from memory shows the beginning; after a restart it does not, and the kept one is better. */
export function showsOnset(chart: ChartData, onset: number): boolean {
  return chart.panels.some((panel) => panel.lines.some((line) => (line.points[0]?.at ?? onset + 1) <= onset));
}

export interface KeepPicturesDeps {
  readonly database: Database;
  readonly pictures: Pictures;
  readonly incidents: () => readonly Incident[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}

/** Saves the pictures of incidents that are open or ended lately, until aborted. Never rejects: it is only the picture. */
export async function keepPictures(deps: KeepPicturesDeps): Promise<void> {
  const { database, pictures, clock, log, signal, everyMs = 30_000 } = deps;
  while (!signal.aborted) {
    await rest(clock, everyMs, signal);
    if (signal.aborted) return;
    const recent = deps
      .incidents()
      .filter(({ resolvedAt }) => resolvedAt === undefined || clock.now() - resolvedAt < afterMs + 2 * everyMs);
    for (const { id } of recent) {
      try {
        const view = await buildView(database, id);
        if (!view) continue;
        const chart = pictures.chart(view);
        await savePicture(database, id, {
          ...(chart && showsOnset(chart, view.incident.onset) ? { chart } : {}),
          topology: pictures.topology(view),
        });
      } catch (error) {
        log.warn({ incident: id, error: messageOf(error) }, "pictures.not-kept");
      }
    }
  }
}
