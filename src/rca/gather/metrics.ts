import type { Observation } from "../../cluster/observation.ts";
import { type DerivedSeriesName, derivedSeries } from "../../cluster/series-names.ts";
import type { Point, Series } from "../../cluster/series-store.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import { utcTime } from "../../lib/clock.ts";
import type { Finding } from "./evidence-book.ts";
import { seriesWords } from "./series-words.ts";

/** A series before and since a moment. `before` is undefined when there was no data (a new pod, for example). */
export interface Shift {
  readonly name: DerivedSeriesName;
  readonly labels: Readonly<Record<string, string>>;
  readonly before?: number;
  readonly after: number;
  readonly peak: number;
  readonly last: number;
  readonly points: readonly Point[];
  readonly from: number;
  readonly to: number;
}

const beforeMs = 10 * 60_000;
/** The last seconds before the onset may already be touched by it. */
const guardMs = 15_000;

function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? 0) + high) / 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Median of the ten minutes before against mean and peak since. Undefined without data since. */
export function shiftOf(observation: Observation, series: Series, onset: number, now: number): Shift | undefined {
  const before = observation.series.window(series, onset - beforeMs, onset - guardMs).map((point) => point.value);
  const points = observation.series.window(series, onset, now);
  if (points.length === 0) return undefined;
  const values = points.map((point) => point.value);
  const usual = median(before);
  return {
    name: series.name as DerivedSeriesName,
    labels: series.labels,
    ...(usual === undefined ? {} : { before: usual }),
    after: mean(values),
    peak: Math.max(...values),
    last: values.at(-1) ?? 0,
    points,
    from: onset,
    to: now,
  };
}

const selector = (labels: Readonly<Record<string, string>>, names: readonly string[]) =>
  names
    .filter((name) => labels[name] !== undefined)
    .map((name) => `${name}=${JSON.stringify(labels[name])}`)
    .join(",");

/** The PromQL expression of a derived series; workloads are selected through the names of their pods. */
function promqlOf(name: DerivedSeriesName, labels: Readonly<Record<string, string>>): string {
  const own = selector(labels, ["namespace", "pod", "container", "node"]);
  // Values are an application's own words: none may end the text and go on as an expression that somebody pastes.
  const is = (label: string) => `${label}=${JSON.stringify(labels[label] ?? "")}`;
  const pods = labels.workload ? `${is("namespace")},pod=~${JSON.stringify(`${labels.workload}-.*`)}` : own;
  const rate = (metric: string, match = own) => `sum(rate(${metric}{${match}}[1m]))`;
  const mean = (metric: string, match: string) => `${rate(`${metric}_sum`, match)} / ${rate(`${metric}_count`, match)}`;
  const peer = `${pods},${is("peer")}`;
  const route = `${pods},${is("route")}`;
  const expressions: Partial<Record<DerivedSeriesName, string>> = {
    container_cpu_cores: rate("container_cpu_usage_seconds_total"),
    container_cpu_limit_cores: `container_spec_cpu_quota{${own}} / container_spec_cpu_period{${own}}`,
    container_cpu_throttled_ratio: `${rate("container_cpu_cfs_throttled_periods_total")} / ${rate("container_cpu_cfs_periods_total")}`,
    container_memory_working_set_bytes: `container_memory_working_set_bytes{${own}}`,
    container_memory_limit_bytes: `container_spec_memory_limit_bytes{${own}}`,
    container_memory_limit_ratio: `container_memory_working_set_bytes{${own}} / container_spec_memory_limit_bytes{${own}}`,
    container_oom_events: `container_oom_events_total{${own}}`,
    container_processes: `container_processes{${own}}`,
    pod_network_receive_bytes_per_second: rate("container_network_receive_bytes_total"),
    pod_network_transmit_bytes_per_second: rate("container_network_transmit_bytes_total"),
    pod_network_errors_per_second: rate("container_network_receive_errors_total"),
    pod_network_drops_per_second: rate("container_network_receive_packets_dropped_total"),
    node_cpu_ratio: `sum(rate(container_cpu_usage_seconds_total{id="/",${is("node")}}[1m])) / machine_cpu_cores{${is("node")}}`,
    node_memory_ratio: `container_memory_working_set_bytes{id="/",${is("node")}} / machine_memory_bytes{${is("node")}}`,
    node_filesystem_ratio: `container_fs_usage_bytes{id="/",${is("node")}} / container_fs_limit_bytes{id="/",${is("node")}}`,
    requests_per_second: rate("http_requests_total", pods),
    errors_per_second: rate("http_requests_total", `${pods},code=~"5.."`),
    error_ratio: `${rate("http_requests_total", `${pods},code=~"5.."`)} / ${rate("http_requests_total", pods)}`,
    latency_p50_seconds: `histogram_quantile(0.5, sum by (le) (rate(http_request_duration_seconds_bucket{${pods}}[1m])))`,
    latency_p95_seconds: `histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{${pods}}[1m])))`,
    latency_mean_seconds: mean("http_request_duration_seconds", pods),
    route_requests_per_second: rate("http_requests_total", route),
    route_error_ratio: `${rate("http_requests_total", `${route},code=~"5.."`)} / ${rate("http_requests_total", route)}`,
    route_latency_mean_seconds: mean("http_request_duration_seconds", route),
    pod_requests_per_second: rate("http_requests_total"),
    pod_error_ratio: `${rate("http_requests_total", `${own},code=~"5.."`)} / ${rate("http_requests_total")}`,
    pod_latency_mean_seconds: mean("http_request_duration_seconds", own),
    client_requests_per_second: rate("http_client_requests_total", peer),
    client_errors_per_second: rate("http_client_requests_total", `${peer},code!~"[1-4].."`),
    client_error_ratio: `${rate("http_client_requests_total", `${peer},code!~"[1-4].."`)} / ${rate("http_client_requests_total", peer)}`,
    client_latency_mean_seconds: mean("http_client_request_duration_seconds", peer),
    client_latency_p95_seconds: `histogram_quantile(0.95, sum by (le) (rate(http_client_request_duration_seconds_bucket{${peer}}[1m])))`,
    app_errors_per_second: rate("app_errors_total", `${pods},${is("type")}`),
    scrape_up: `up{${own}}`,
  };
  return expressions[name] ?? `${name}{${selector(labels, derivedSeries[name].labels)}}`;
}

/** A value with its unit, short. */
function withUnit(name: DerivedSeriesName, value: number): string {
  const unit = derivedSeries[name].unit;
  if (unit === "bytes") return `${(value / 2 ** 20).toFixed(1)} MiB`;
  if (unit === "ratio") return `${(value * 100).toFixed(1)} %`;
  if (unit === "s") return value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(2)} s`;
  if (unit === "cores") return `${(value * 1000).toFixed(0)}m cores`;
  return `${Number.isInteger(value) ? value : value.toFixed(2)}${unit === "1/s" ? "/s" : unit === "bytes/s" ? " bytes/s" : ""}`;
}

/**
 * The query is one that a person can put to a Prometheus that scrapes cAdvisor and the usual client libraries; kubemend
 * itself may have got the numbers elsewhere.
 */
export function metricFinding(shift: Shift, about: ObjectRef): Finding {
  const { name, labels } = shift;
  const before = shift.before === undefined ? "no data before" : `${withUnit(name, shift.before)} before`;
  return {
    source: "metric",
    about,
    query: promqlOf(name, labels),
    text: `${seriesWords(name, labels)}: ${before}, ${withUnit(name, shift.after)} on average and ${withUnit(name, shift.peak)} at most since ${utcTime(shift.from)}`,
    at: shift.to,
    from: shift.from,
    to: shift.to,
  };
}

/** Least squares through points: growth per second and how straight it is (R squared). */
export function straightLine(points: readonly Point[]): { readonly perSecond: number; readonly r2: number } {
  const n = points.length;
  const first = points[0];
  if (n < 3 || !first) return { perSecond: 0, r2: 0 };
  let [sx, sy, sxx, sxy, syy] = [0, 0, 0, 0, 0];
  for (const { at, value } of points) {
    const x = (at - first.at) / 1_000;
    sx += x;
    sy += value;
    sxx += x * x;
    sxy += x * value;
    syy += value * value;
  }
  const dx = n * sxx - sx * sx;
  const dy = n * syy - sy * sy;
  const cross = n * sxy - sx * sy;
  return { perSecond: dx === 0 ? 0 : cross / dx, r2: dx === 0 || dy === 0 ? 0 : (cross * cross) / (dx * dy) };
}
