import type { Series } from "../../cluster/series-store.ts";
import { own } from "../../lib/own.ts";

const titles: Readonly<Record<string, string>> = {
  container_memory_working_set_bytes: "memory in use",
  container_memory_limit_ratio: "memory in use, share of the limit",
  container_cpu_cores: "CPU in use",
  container_cpu_throttled_ratio: "share of time slices throttled",
  error_ratio: "failed requests",
  client_error_ratio: "failed calls",
  latency_p95_seconds: "slowest 5 % of requests",
  latency_mean_seconds: "time per request",
  client_latency_mean_seconds: "time per call",
  requests_per_second: "requests a second",
  pool_waiting: "waiting for a connection",
};

/** `carts-759f6db4d4-6fwnn` -> `carts`: for a title, where the whole name would be noise. */
function withoutPodSuffix(pod: string): string {
  return pod.replace(/(-[a-z0-9]{6,10})?-[a-z0-9]{5}$/, "");
}

/** What a panel shows, and of whom: "carts: memory in use", "failed calls to carts". */
export function chartTitle(series: Series): string {
  const { workload, pod, node, peer } = series.labels;
  const what =
    own(titles, series.name) ?? series.name.replaceAll("_", " ").replace(/ (bytes|seconds|ratio|cores)$/, "");
  if (peer) return `${what} to ${peer}`;
  return `${workload ?? (pod ? withoutPodSuffix(pod) : node) ?? ""}: ${what}`;
}

/** What tells one line of a panel from the others. */
export function lineLabel(series: Series): string {
  const { pod, container, workload, peer, route, node } = series.labels;
  const subject = pod ?? workload ?? node ?? "";
  const part = container && pod && withoutPodSuffix(pod) !== container ? container : undefined;
  return [peer ? `${subject} → ${peer}` : subject, part, route].filter(Boolean).join(" ");
}
