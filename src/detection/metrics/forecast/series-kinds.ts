import type { DerivedSeriesName } from "../../../cluster/series-names.ts";

/** Families that behave alike; the forecaster is told which one a series belongs to. */
export type SeriesGroup = "resource" | "traffic" | "trouble";

export const seriesGroups: readonly SeriesGroup[] = ["resource", "traffic", "trouble"];

export interface SeriesKind {
  readonly name: DerivedSeriesName;
  readonly group: SeriesGroup;
  /** A move below this is nothing, in the unit of the series: it keeps still series from being judged by their noise. */
  readonly floor: number;
}

const mebibyte = 2 ** 20;

/**
 * What is forecast. Limits and switches are not (they are set, not measured), nor quantiles next to a mean of the same
 * requests: they would say the same thing twice.
 */
export const seriesKinds: readonly SeriesKind[] = [
  { name: "container_cpu_cores", group: "resource", floor: 0.01 },
  { name: "container_cpu_throttled_ratio", group: "resource", floor: 0.02 },
  { name: "container_memory_working_set_bytes", group: "resource", floor: mebibyte },
  { name: "container_processes", group: "resource", floor: 1 },
  { name: "process_resident_memory_bytes", group: "resource", floor: mebibyte },
  { name: "node_cpu_ratio", group: "resource", floor: 0.02 },
  { name: "node_memory_ratio", group: "resource", floor: 0.005 },
  { name: "node_filesystem_ratio", group: "resource", floor: 0.002 },
  { name: "pod_network_receive_bytes_per_second", group: "traffic", floor: 500 },
  { name: "pod_network_transmit_bytes_per_second", group: "traffic", floor: 500 },
  { name: "requests_per_second", group: "traffic", floor: 0.2 },
  { name: "client_requests_per_second", group: "traffic", floor: 0.2 },
  { name: "route_requests_per_second", group: "traffic", floor: 0.2 },
  { name: "latency_mean_seconds", group: "trouble", floor: 0.002 },
  { name: "route_latency_mean_seconds", group: "trouble", floor: 0.002 },
  { name: "client_latency_mean_seconds", group: "trouble", floor: 0.002 },
  { name: "error_ratio", group: "trouble", floor: 0.005 },
  { name: "client_error_ratio", group: "trouble", floor: 0.005 },
  { name: "app_errors_per_second", group: "trouble", floor: 0.05 },
  { name: "eventloop_lag_seconds", group: "trouble", floor: 0.005 },
  { name: "pool_in_use", group: "trouble", floor: 1 },
  { name: "pool_waiting", group: "trouble", floor: 1 },
  { name: "pod_network_errors_per_second", group: "trouble", floor: 0.2 },
  { name: "pod_network_drops_per_second", group: "trouble", floor: 0.2 },
];
