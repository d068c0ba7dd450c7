/** What a metric of a request-serving entity measures, told by its name. */
export type MetricRole = "latency" | "requests" | "availability" | "failures" | "other";

const roles: readonly (readonly [MetricRole, RegExp])[] = [
  ["availability", /availab|success/i],
  ["failures", /error|fail|5xx|fault|reject/i],
  ["latency", /latency|duration|response.?time/i],
  ["requests", /requests|workload|throughput|\bcalls|\bops\b|_rps\b/i],
];

/**
 * The first role whose words the name has, so `requests_failed` tells of failures; "other" is never judged by its
 * meaning.
 */
export function metricRole(metric: string): MetricRole {
  return roles.find(([, pattern]) => pattern.test(metric))?.[0] ?? "other";
}

/** Seconds lost are requests x mean; where there is no mean the smallest quantile is nearest to it. */
export function pickMetric(metrics: Iterable<string>, role: MetricRole): string | undefined {
  const fitting = [...metrics].filter((metric) => metricRole(metric) === role);
  const rank = (metric: string) => (/average|mean|avg/i.test(metric) ? 0 : Number(/\d+/.exec(metric)?.[0] ?? 1));
  return fitting.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))[0];
}
