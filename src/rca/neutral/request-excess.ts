import { metricRole, pickMetric } from "./metric-role.ts";
import type { NeutralCase, Series } from "./neutral-case.ts";
import { median, quantile, sum, valuesBetween } from "./statistics.ts";

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

type Dimension = "latency" | "failures";

/** Which loss the alert is about. */
export function alertDimension(metric: string | undefined): Dimension | undefined {
  const role = metric === undefined ? "other" : metricRole(metric);
  if (role === "latency") return "latency";
  return role === "availability" || role === "failures" ? "failures" : undefined;
}

function seriesOf(input: NeutralCase, entity: string, role: "latency" | "requests" | "availability") {
  const own = input.metrics.get(entity);
  const metric = own && pickMetric(own.keys(), role);
  return metric === undefined
    ? undefined
    : { now: own?.get(metric), past: input.baselineMetrics.get(entity)?.get(metric) };
}

/** Value at the same time, else 0: no sample of requests means none were made. */
const valueAt = (series: Series | undefined, time: number): number => series?.values[series.times.indexOf(time)] ?? 0;

/** Loss of one entity at each sample of the incident, against its history and the moments just before. */
function lossAt(input: NeutralCase, entity: string, dimension: Dimension, withHistory: boolean): Loss | undefined {
  const requests = seriesOf(input, entity, "requests")?.now;
  const level = seriesOf(input, entity, dimension === "latency" ? "latency" : "availability");
  const now = level?.now;
  if (!requests || !now) return undefined;
  const bad = (value: number) => (dimension === "latency" ? value : Math.max(0, 1 - value / 100));
  const from = input.alert.time - input.resolutionSeconds;
  const before = valuesBetween(now, input.window.from, from).map(bad);
  const past = withHistory ? Float64Array.from(level.past?.values ?? [], bad) : [];
  const usual = Math.max(past.length > 0 ? quantile(past, usualShare) : 0, before.length > 0 ? median(before) : 0);
  const lost = new Map<number, number>();
  let worst = 0;
  now.times.forEach((time, i) => {
    if (time < from || time > input.window.to) return;
    const value = bad(now.values[i] ?? 0);
    worst = Math.max(worst, value);
    lost.set(time, Math.max(0, value - usual) * valueAt(requests, time));
  });
  return { lost, worst, usual };
}

interface Loss {
  readonly lost: ReadonlyMap<number, number>;
  readonly worst: number;
  readonly usual: number;
}

/** How much each moment counts: by how much the alerting entity itself was losing then. */
function weightsOf(input: NeutralCase, dimension: Dimension): (time: number) => number {
  const alerting = input.alert.entity && lossAt(input, input.alert.entity, dimension, false);
  const total = alerting ? sum(alerting.lost.values()) : 0;
  if (!alerting || total <= 0) return () => 1;
  return (time) => (alerting.lost.get(time) ?? 0) / total;
}

function describe(lost: number, { worst, usual }: Loss, dimension: Dimension): string {
  return dimension === "latency"
    ? `${lost.toFixed(1)} s more waited per interval than usual (mean up to ${(worst * 1_000).toFixed(0)} ms, usually at most ${(usual * 1_000).toFixed(0)} ms)`
    : `${lost.toFixed(1)} more requests failed per interval than usual (up to ${(worst * 100).toFixed(1)} %, usually at most ${(usual * 100).toFixed(1)} %)`;
}

/** Everything that the alerting entity calls, directly or not, and itself. */
function reachableFrom(entity: string, edges: NeutralCase["edges"]): ReadonlySet<string> {
  const reached = new Set([entity]);
  for (const from of reached) for (const [caller, callee] of edges) if (caller === from) reached.add(callee);
  return reached;
}

/** What each entity loses, and how much of it nothing below it explains. Needs request counts and call edges. */
export function requestExcess(input: NeutralCase, dimension: Dimension): ReadonlyMap<string, Excess> {
  const weightAt = weightsOf(input, dimension);
  const reachable = input.alert.entity === undefined ? undefined : reachableFrom(input.alert.entity, input.edges);
  const own = new Map<string, { readonly lost: number; readonly text: string }>();
  for (const entity of input.metrics.keys()) {
    if (reachable && !reachable.has(entity)) continue;
    const loss = lossAt(input, entity, dimension, true);
    if (!loss) continue;
    const lost = sum([...loss.lost].map(([time, amount]) => amount * weightAt(time)));
    if (lost > 0) own.set(entity, { lost, text: describe(lost, loss, dimension) });
  }
  const result = new Map<string, Excess>();
  for (const [entity, { lost, text }] of own) {
    const callees = new Set(input.edges.flatMap(([caller, callee]) => (caller === entity ? [callee] : [])));
    const below = sum([...callees].map((callee) => own.get(callee)?.lost ?? 0));
    result.set(entity, {
      own: lost,
      unexplained: Math.max(sharedShare * lost, lost - below),
      text: below > 0 ? `${text}; ${below.toFixed(1)} of it already lost by what it calls` : text,
    });
  }
  return result;
}
