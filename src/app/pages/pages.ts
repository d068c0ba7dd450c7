import { z } from "zod";
import type { ChartData } from "../../bot/charts/chart-data.ts";
import type { Desk } from "../../bot/desk.ts";
import type { IncidentView } from "../../bot/incident-view.ts";
import type { DetectorsOverview, PagesPort, TopologyPicture } from "../../bot/web/pages-port.ts";
import { detectorFactories } from "../../detection/engine/registry.ts";
import type { Redact } from "../../incident/redacted.ts";
import { unresolvedStatuses } from "../../incident/status.ts";
import type { Clock } from "../../lib/clock.ts";
import { auditOf } from "../../store/audit.ts";
import { readRisks } from "../../store/cluster/risks.ts";
import type { Database } from "../../store/database.ts";
import { countIncidents, filterChoices, pageOfIncidents, revisionOf } from "../../store/incidents/incident-pages.ts";
import { type IncidentPicture, pictureOf } from "../../store/incidents/incident-pictures.ts";
import { causeFigures, detectorFigures, modelSpending } from "../../store/people/own-figures.ts";
import { standingSilences } from "../../store/people/silences.ts";
import { plansOf } from "../../store/plans/plans.ts";
import type { Watching } from "../desk/watching.ts";
import { redactTitles } from "../view/redact-titles.ts";
import { type Pictures, showsOnset } from "./keep-pictures.ts";
import { logExcerpt } from "./log-excerpt.ts";
import { modelCards } from "./model-cards.ts";

export interface PagesDeps {
  readonly cluster: string;
  readonly database: Database;
  readonly desk: Pick<Desk, "view" | "remembered" | "postmortem">;
  readonly watching: Pick<Watching, "active" | "health">;
  readonly pictures: Pictures;
  readonly redact: Redact;
  readonly clock: Pick<Clock, "now">;
  readonly drops: () => DetectorsOverview["drops"];
  readonly models: {
    readonly forecaster?: string | undefined;
    readonly health?: string | undefined;
    readonly language?: string | undefined;
  };
  readonly digest?: PagesPort["digest"] | undefined;
  readonly experiments?: PagesPort["experiments"] | undefined;
}

const rowsShown = 50;
const risksShown = 500;
const figureDays = 30;

/** What the keeper of pictures wrote; another version's shape counts as none. */
const point = z.object({ at: z.number(), value: z.number() });
const keptChart = z.object({
  from: z.number(),
  to: z.number(),
  panels: z.array(
    z.object({
      title: z.string(),
      unit: z.string(),
      lines: z.array(z.object({ label: z.string(), points: z.array(point), bound: z.literal(true).exactOptional() })),
    }),
  ),
  marks: z.array(z.object({ at: z.number(), label: z.string(), kind: z.enum(["onset", "change", "fix", "recovery"]) })),
});
const keptTopology = z.object({
  nodes: z.array(
    z.object({
      ref: z.object({ kind: z.string(), namespace: z.string().optional(), name: z.string() }),
      role: z.enum(["culprit", "hurt", "near"]),
    }),
  ),
  edges: z.array(z.object({ from: z.int().min(0), to: z.int().min(0), how: z.string(), onPath: z.boolean() })),
});

function chartKept(picture: IncidentPicture | undefined): ChartData | undefined {
  return keptChart.safeParse(picture?.chart).data;
}

function topologyKept(picture: IncidentPicture | undefined): TopologyPicture | undefined {
  const { data } = keptTopology.safeParse(picture?.topology);
  return data?.edges.every(({ from, to }) => from < data.nodes.length && to < data.nodes.length) ? data : undefined;
}

/** Reads what pages show from rows, and what only memory has from memory while it is there. */
export function createPages(deps: PagesDeps): PagesPort {
  const { cluster, database, desk, watching, pictures, redact, clock } = deps;
  const known = detectorFactories.map((make) => make()).map(({ name, family }) => ({ name, family }));
  const never = async () => undefined;
  /** As memory has it, as long as it reaches back to the onset; else as it was kept. */
  const chartOf = (view: IncidentView, picture: IncidentPicture | undefined): ChartData | undefined => {
    const live = pictures.chart(view);
    return live && showsOnset(live, view.incident.onset) ? live : (chartKept(picture) ?? live);
  };
  return {
    async incidents({ after, ...filter }) {
      const [page, total, unresolved, choices] = await Promise.all([
        pageOfIncidents(database, filter, { limit: rowsShown, ...(after ? { after } : {}) }),
        countIncidents(database, filter),
        filter.statuses ? undefined : countIncidents(database, { ...filter, statuses: unresolvedStatuses }),
        filterChoices(database),
      ]);
      // Titles may quote what was logged.
      const rows = page.rows.map((row) => ({ ...row, title: redact(row.title) }));
      return { rows, ...(page.next ? { next: page.next } : {}), total, choices, ...(unresolved ? { unresolved } : {}) };
    },
    async incident(id) {
      const view = await desk.view(id);
      if (!view) return undefined;
      const [plans, picture] = await Promise.all([plansOf(database, id), pictureOf(database, id)]);
      const oldestFirst = plans.toReversed();
      const audit = await auditOf(database, [...oldestFirst.map(({ plan }) => plan.id), `incident:${id}`]);
      const topology = topologyKept(picture) ?? pictures.topology(view);
      const logs = logExcerpt(view);
      const chart = chartOf(view, picture);
      return {
        view: redactTitles(view, redact),
        plans: oldestFirst,
        audit: audit.entries,
        auditEarlier: audit.earlier,
        ...(logs ? { logs } : {}),
        ...(topology ? { topology } : {}),
        ...(chart ? { chart: { panels: chart.panels.length, marks: chart.marks.length } } : {}),
      };
    },
    remembered: (id) => desk.remembered(id),
    revision: (id) => revisionOf(database, id),
    async chart(id) {
      const view = await desk.view(id);
      return view && chartOf(view, await pictureOf(database, id));
    },
    postmortem: (id) => desk.postmortem(id),
    async detectors() {
      const [figures, silences] = await Promise.all([
        detectorFigures(database, figureDays),
        standingSilences(database, cluster, clock.now()),
      ]);
      const active = watching.active();
      const rows = known.map(({ name, family }) => {
        const figure = figures.find((one) => one.detector === name);
        return {
          name,
          family,
          active: active.filter((anomaly) => anomaly.detector === name).length,
          incidents: figure?.incidents ?? 0,
          lastAt: figure?.lastAt ?? null,
        };
      });
      return {
        health: watching.health(),
        drops: deps.drops(),
        detectors: rows.toSorted(
          (a, b) => b.active - a.active || (b.lastAt ?? 0) - (a.lastAt ?? 0) || a.name.localeCompare(b.name),
        ),
        silences,
      };
    },
    async models() {
      const [causes, spent] = await Promise.all([
        causeFigures(database, figureDays),
        modelSpending(database, figureDays),
      ]);
      const { diagnoses, input, output } = spent;
      return { models: modelCards({ ...deps.models, spent: { diagnoses, tokens: input + output } }), causes };
    },
    experiments: deps.experiments ?? never,
    risks: () => readRisks(database, { cluster, limit: risksShown }),
    digest: deps.digest ?? never,
  };
}
