import type { Observation } from "../../cluster/observation.ts";
import type { Topology } from "../../cluster/topology.ts";
import { starvingReasons } from "../../incident/anomaly.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { LiveAnomaly } from "../live-anomaly.ts";
import type { Transitions } from "./transitions.ts";

/** What is over only fades in the rates; so long after the work it is seen whether it does (ms). */
const fadingMs = 60_000;
const rising = 1.2;

/** A line is written when it happens; those of half a minute are counted together. */
const linesEchoMs = 30_000;

/** It has grown since the work ended, long enough ago that an echo would be fading: it goes on. */
function outgrows(
  { anomaly }: LiveAnomaly,
  endedAt: number,
  now: number,
  { series }: Pick<Observation, "series">,
): boolean {
  if (!anomaly.series || now - endedAt < 2 * fadingMs) return false;
  const measured = series.get(anomaly.series.name, anomaly.series.labels);
  const [then] = measured ? series.window(measured, endedAt + fadingMs, now) : [];
  return (
    measured !== undefined && then !== undefined && then.at < measured.lastAt && measured.last > rising * then.value
  );
}

/**
 * Errors while a rollout is under way, on the workload or on what it needs, are its price; they open an incident only when they
 * outlast it.
 */
export function isPriceOfWork(
  live: LiveAnomaly,
  {
    observation,
    topology,
    transitions,
    now,
  }: {
    readonly observation: Pick<Observation, "series">;
    readonly topology: Topology;
    readonly transitions: Pick<Transitions, "settling" | "endedAt">;
    readonly now: number;
  },
): boolean {
  const { nature, anomaly } = live;
  const disturbs = (workload: ObjectRef) => {
    if (!transitions.settling(workload, now, anomaly.family === "log" ? linesEchoMs : undefined)) return false;
    const endedAt = transitions.endedAt(workload);
    return endedAt === undefined || !outgrows(live, endedAt, now, observation);
  };
  if (nature !== "symptom") return false;
  // Requests that stay away say something about callers: who waits for work to end asks no more.
  const callers = starvingReasons.has(anomaly.reason) ? topology.dependentsOf(anomaly.target) : [];
  const concerned = [anomaly.target, anomaly.seenOn, ...callers].filter((ref): ref is ObjectRef => ref !== undefined);
  return concerned.some((ref) => {
    const own = ref.kind === "Service" ? topology.workloadsBehind(ref) : [ref];
    return own.some((workload) => disturbs(workload) || topology.dependenciesOf(workload).some(disturbs));
  });
}
