import type { DerivedSeriesName } from "../../cluster/series-names.ts";

/** What is measured, for people; the unit stands beside the value, and whose it is behind it. */
const words: Readonly<Record<DerivedSeriesName, string>> = {
  container_cpu_cores: "CPU use",
  container_cpu_limit_cores: "CPU limit",
  container_cpu_throttled_ratio: "time throttled at the CPU limit",
  container_memory_working_set_bytes: "memory in use",
  container_memory_anonymous_bytes: "memory in use that is no cache of files",
  container_memory_limit_bytes: "memory limit",
  container_memory_limit_ratio: "used share of the memory limit",
  container_oom_events: "OOM kills",
  container_ephemeral_bytes: "local storage in use",
  pod_ephemeral_bytes: "local storage in use",
  pod_volume_bytes: "space in use",
  container_processes: "processes",
  pod_network_receive_bytes_per_second: "incoming traffic",
  pod_network_transmit_bytes_per_second: "outgoing traffic",
  pod_network_errors_per_second: "network errors",
  pod_network_drops_per_second: "lost network packets",
  node_cpu_ratio: "CPU use",
  node_memory_ratio: "memory in use",
  node_filesystem_ratio: "disk in use",
  volume_used_ratio: "space in use",
  requests_per_second: "requests",
  errors_per_second: "failed requests",
  error_ratio: "share of failed requests",
  rejected_per_second: "rejected requests",
  latency_p50_seconds: "p50 latency",
  latency_p95_seconds: "p95 latency",
  latency_mean_seconds: "mean latency",
  route_requests_per_second: "requests",
  route_error_ratio: "share of failed requests",
  route_latency_mean_seconds: "mean latency",
  pod_requests_per_second: "requests",
  pod_error_ratio: "share of failed requests",
  pod_latency_mean_seconds: "mean latency",
  client_requests_per_second: "calls",
  client_errors_per_second: "failed calls",
  client_error_ratio: "share of failed calls",
  client_latency_mean_seconds: "mean latency of calls",
  client_latency_p95_seconds: "p95 latency of calls",
  app_errors_per_second: "counted errors",
  pool_in_use: "pooled connections in use",
  pool_waiting: "queue for pooled connections",
  pool_timeouts_per_second: "timed-out waits for pooled connections",
  eventloop_lag_seconds: "event loop lag",
  open_fds_ratio: "file descriptors in use",
  process_resident_memory_bytes: "memory in use",
  health_up: "health answers",
  health_cpu_ratio: "self-reported CPU use",
  health_memory_ratio: "self-reported memory use",
  health_error_count: "self-reported errors",
  health_uptime_seconds: "self-reported uptime",
  health_degraded: "self-reported trouble",
  health_healed: "self-healing",
  scrape_up: "answered scrapes",
};

/** Whose series it is, as it goes on behind what is measured: `of container carts in carts-5d9-x1`. */
function whose({ pod, container, workload, node, peer, route, claim, volume, type }: Labels): string {
  if (peer !== undefined) return `from ${workload} to ${peer}`;
  if (container !== undefined) return `of container ${container} in ${pod}`;
  if (volume !== undefined) return `of volume ${volume} in ${pod}`;
  if (route !== undefined) return `of ${route} of ${workload}`;
  if (claim !== undefined) return `of claim ${claim}`;
  if (node !== undefined) return `of node ${node}`;
  return `of ${pod ?? workload}${type === undefined ? "" : ` (${type})`}`;
}

type Labels = Readonly<Partial<Record<string, string>>>;

/** A series in words: `mean latency of calls from orders to payment`. */
export const seriesWords = (name: DerivedSeriesName, labels: Labels): string => `${words[name]} ${whose(labels)}`;
