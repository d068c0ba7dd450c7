import { metricRole } from "./metric-role.ts";
import type { NeutralCase } from "./neutral-case.ts";
import { type Dimension, isNewEntity, serviceSeries } from "./service-series.ts";
import { median, quantile, sum } from "./statistics.ts";

/** Above this share of its history a value is unusual for the entity. */
const usualShare = 0.95;

/** Callees are shared by callers, so subtracting all they lose may take too much from one of them: this much is left. */
const sharedShare = 0.03;

export interface Excess {
  /** Seconds waited, or requests failed, in one sampling interval beyond what is usual. */
  readonly own: number;
  /** The part that the anomalous callees do not already lose. */
  readonly unexplained: number;
  readonly text: string;
}

/** Which loss the alert is about. */
export function alertDimension(metric: string | undefined): Dimension | undefined {
  const role = metric === undefined ? "other" : metricRole(metric);
  if (role === "latency") return "latency";
  return role === "availability" || role === "failures" ? "failures" : undefined;
}

/** Loss of one entity at each sample of the incident, against its history and the moments just before. */
function lossAt(input: NeutralCase, entity: string, dimension: Dimension, withHistory: boolean): Loss | undefined {
  const series = serviceSeries(input, entity, dimension);
  if (!series) return undefined;
  const from = input.alert.time - input.resolutionSeconds;
  const before = series.bad.filter((_, i) => {
    const time = series.times[i] ?? 0;
    return time >= input.window.from && time < from;
  });
  const past = withHistory ? series.pastBad : [];
  const usual = Math.max(past.length > 0 ? quantile(past, usualShare) : 0, before.length > 0 ? median(before) : 0);
  const lost = new Map<number, number>();
  let worst = 0;
  series.times.forEach((time, i) => {
    if (time < from || time > input.window.to) return;
    const bad = series.bad[i] ?? 0;
    worst = Math.max(worst, bad);
    lost.set(time, Math.max(0, bad - usual) * series.requestsAt(time));
  });
  return { metric: series.metric, lost, worst, usual };
}

interface Loss {
  readonly metric: string;
  readonly lost: ReadonlyMap<number, number>;
  readonly worst: number;
  readonly usual: number;
}

/** How much each moment counts: by how much the alerting entity itself was losing then. */
function weightsOf(input: NeutralCase, dimension: Dimension): (time: number) => number {
  const alerting = input.alert.entity && lossAt(input, input.alert.entity, dimension, false);
  const total = alerting ? sum(alerting.lost.values()) : 0;
  // The incident is taken to start one interval before its alert.
  const intervals = Math.max(1, (input.window.to - input.alert.time) / input.resolutionSeconds + 2);
  if (!alerting || total <= 0) return () => 1 / intervals;
  return (time) => (alerting.lost.get(time) ?? 0) / total;
}

function describe(lost: number, { metric, worst, usual }: Loss, dimension: Dimension): string {
  // Of a quantile only an upper bound of the time lost can be told.
  const bound = /average|mean|avg/i.test(metric) ? "" : "at most ";
  return dimension === "latency"
    ? `${bound}${lost.toFixed(1)} s more waited per interval than usual (${metric} up to ${(worst * 1_000).toFixed(0)} ms, usually at most ${(usual * 1_000).toFixed(0)} ms)`
    : `${lost.toFixed(1)} more requests failed per interval than usual (up to ${(worst * 100).toFixed(1)} % by ${metric}, usually at most ${(usual * 100).toFixed(1)} %)`;
}

/** Everything that the alerting entity calls, directly or not, and itself. */
function reachableFrom(entity: string, edges: NeutralCase["edges"]): ReadonlySet<string> {
  const reached = new Set([entity]);
  for (const from of reached) for (const [caller, callee] of edges) if (caller === from) reached.add(callee);
  return reached;
}

const calls = (input: NeutralCase, from: string, to: string): boolean =>
  input.edges.some(([caller, callee]) => caller === from && callee === to);

/** What each entity loses, and how much of it nothing below it explains. Needs request counts and call edges. */
export function requestExcess(input: NeutralCase, dimension: Dimension): ReadonlyMap<string, Excess> {
  const weightAt = weightsOf(input, dimension);
  const { entity: alerting } = input.alert;
  const isDrawn = input.edges.some((edge) => alerting !== undefined && edge.includes(alerting));
  const reachable = isDrawn && alerting !== undefined ? reachableFrom(alerting, input.edges) : undefined;
  const own = new Map<string, { readonly lost: number; readonly grown: number; readonly text: string }>();
  for (const entity of input.metrics.keys()) {
    if (reachable && !reachable.has(entity)) continue;
    const loss = lossAt(input, entity, dimension, true);
    if (!loss) continue;
    const lost = sum([...loss.lost].map(([time, amount]) => amount * weightAt(time)));
    if (lost > 0) own.set(entity, { lost, grown: 1 - loss.usual / loss.worst, text: describe(lost, loss, dimension) });
  }
  const result = new Map<string, Excess>();
  for (const [entity, { lost, grown, text }] of own) {
    if (input.edges.length === 0) {
      // A caller's time holds that of its callees: the same seconds are a smaller share of it.
      result.set(entity, { own: lost, unexplained: lost * grown, text });
      continue;
    }
    const callees = new Set(input.edges.flatMap(([caller, callee]) => (caller === entity ? [callee] : [])));
    // That somebody is called who never was before is a change of the caller: a wrong name, a new dependency.
    const below = sum([...callees].map((callee) => (isNewEntity(input, callee) ? 0 : (own.get(callee)?.lost ?? 0))));
    const blamesCaller = isNewEntity(input, entity) && [...own.keys()].some((caller) => calls(input, caller, entity));
    const notes = [
      text,
      ...(below >= 0.05 ? [`what it calls lost ${below.toFixed(1)} by itself`] : []),
      ...(blamesCaller ? ["nobody called it before"] : []),
    ];
    result.set(entity, {
      own: lost,
      unexplained: blamesCaller ? sharedShare * lost : Math.max(sharedShare * lost, lost - below),
      text: notes.join("; "),
    });
  }
  return result;
}
