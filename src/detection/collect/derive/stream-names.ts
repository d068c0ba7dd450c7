import type { StreamNames } from "./derive-requests.ts";

// Which derived series (series-names.ts) each kind of request stream writes.

export const serverNames: StreamNames = {
  rate: "requests_per_second",
  errors: "errors_per_second",
  rejected: "rejected_per_second",
  errorRatio: "error_ratio",
  mean: "latency_mean_seconds",
  p50: "latency_p50_seconds",
  p95: "latency_p95_seconds",
};
export const routeNames: StreamNames = {
  rate: "route_requests_per_second",
  errorRatio: "route_error_ratio",
  mean: "route_latency_mean_seconds",
};
export const podNames: StreamNames = {
  rate: "pod_requests_per_second",
  errorRatio: "pod_error_ratio",
  mean: "pod_latency_mean_seconds",
};
export const clientNames: StreamNames = {
  rate: "client_requests_per_second",
  errors: "client_errors_per_second",
  errorRatio: "client_error_ratio",
  mean: "client_latency_mean_seconds",
  p95: "client_latency_p95_seconds",
};
