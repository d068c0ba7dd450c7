import type { ChartData, ChartMark } from "../../bot/charts/chart-data.ts";
import type { IncidentView } from "../../bot/incident-view.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import { chartOf } from "./chart-of.ts";

/** Before the change, so that one sees what it was to end. */
const beforeMs = 5 * 60_000;
const words = { recovered: "it helped", "not-recovered": "it did not help", worse: "it got worse", unknown: "judged" };

/** When the change was made, by the clock of the observation: the timeline has it, the plan is dated by the database. */
function appliedAt(view: IncidentView, judgedAt: number, fallback: number): number {
  const entries = view.timeline.filter((entry) => entry.kind === "applied" && entry.at <= judgedAt);
  return entries.at(-1)?.at ?? fallback;
}

/**
 * The series that showed the trouble, from some minutes before a change until it was judged. Undefined while there is no
 * verdict, and when nothing that is still remembered shows anything.
 */
export function verdictChartOf(
  view: IncidentView,
  { verification, executions, appliedAt: storedAt }: StoredPlan,
  observation: Observation,
  units: (name: string) => string,
): ChartData | undefined {
  if (!verification) return undefined;
  const done = executions.find(({ kind, outcome }) => kind === "apply" && outcome === "applied")?.finishedAt;
  const changed = appliedAt(view, verification.at, done ?? storedAt ?? verification.at);
  const from = changed - beforeMs;
  const { onset } = view.incident;
  const marks: ChartMark[] = [
    ...(onset >= from ? [{ at: onset, label: "onset", kind: "onset" as const }] : []),
    { at: changed, label: "fix applied", kind: "fix" },
    {
      at: verification.at,
      label: words[verification.verdict],
      kind: verification.verdict === "recovered" ? "recovery" : "change",
    },
  ];
  return chartOf(view, observation, { now: verification.at, units, from, marks });
}
