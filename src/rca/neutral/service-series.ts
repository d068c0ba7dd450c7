import { type MetricRole, metricRole, pickMetric } from "./metric-role.ts";
import type { NeutralCase, Series } from "./neutral-case.ts";

/** What a request can lose: its time or its answer. */
export type Dimension = "latency" | "failures";

/** The requests that an entity served and how bad they were. */
export interface ServiceSeries {
  /** The metric that tells how bad they were. */
  readonly metric: string;
  readonly times: Float64Array;
  /** At each time: seconds per request, or the share of requests that failed. */
  readonly bad: Float64Array;
  /** The same at all times of the named baseline. */
  readonly pastBad: Float64Array;
  /** Requests in the interval that ends at a time; 0 where no sample says that there were any. */
  requestsAt(time: number): number;
}

const secondsPerUnit = (metric: string): number =>
  /(_|\b)(ms|millis(econds)?)(_|\b)/i.test(metric) ? 1e-3 : /(_|\b)(us|micros(econds)?)(_|\b)/i.test(metric) ? 1e-6 : 1;

const isRate = (metric: string) => /per_?s(ec(ond)?)?\b|_rps\b|\bops\b/i.test(metric);
/** Names of failures that are counts and not shares of the requests. */
const isCount = (metric: string) => isRate(metric) || /total|count|sum\b|per_?min/i.test(metric);

/** Shares come as 0..1 or as 0..100; only the values tell. */
const percentAbove = 1.5;

function metricOf(input: NeutralCase, entity: string, role: MetricRole): string | undefined {
  const names = [...(input.metrics.get(entity)?.keys() ?? [])];
  return pickMetric(role === "failures" ? names.filter((name) => !isCount(name)) : names, role);
}

/** Turns values into how bad they are. */
function badness(metric: string, series: readonly (Series | undefined)[]): (value: number) => number {
  const role = metricRole(metric);
  if (role === "latency") return (value) => value * secondsPerUnit(metric);
  const whole = series.some((one) => one?.values.some((value) => value > percentAbove)) ? 100 : 1;
  return role === "availability" ? (value) => Math.max(0, 1 - value / whole) : (value) => value / whole;
}

/** The requests of an entity; undefined when the case does not tell how many there were or how bad. */
export function serviceSeries(input: NeutralCase, entity: string, dimension: Dimension): ServiceSeries | undefined {
  const metric =
    dimension === "latency"
      ? metricOf(input, entity, "latency")
      : (metricOf(input, entity, "availability") ?? metricOf(input, entity, "failures"));
  const requests = metricOf(input, entity, "requests");
  const own = input.metrics.get(entity);
  const now = metric === undefined ? undefined : own?.get(metric);
  const counts = requests === undefined ? undefined : own?.get(requests);
  if (metric === undefined || requests === undefined || !now || !counts) return undefined;
  const past = input.baselineMetrics.get(entity)?.get(metric);
  const bad = badness(metric, [now, past]);
  const perInterval = isRate(requests) ? input.resolutionSeconds : 1;
  const at = new Map<number, number>();
  counts.times.forEach((time, i) => {
    at.set(time, (counts.values[i] ?? 0) * perInterval);
  });
  return {
    metric,
    times: now.times,
    bad: now.values.map(bad),
    pastBad: past?.values.map(bad) ?? new Float64Array(0),
    requestsAt: (time) => at.get(time) ?? 0,
  };
}

/** True when the history of the case knows others but not one request of this entity. */
export function isNewEntity(input: NeutralCase, entity: string): boolean {
  if (input.baselineMetrics.size === 0) return false;
  const metrics = input.baselineMetrics.get(entity);
  const requests = metrics && pickMetric(metrics.keys(), "requests");
  return !(requests !== undefined && metrics?.get(requests)?.values.some((value) => value > 0));
}
