/**
 * The one catalogue of derived series: what detection computes from raw samples (by scraping or by PromQL) and what
 * everything else reads. `labels` are exactly the label names of each series. Ratios are 0..1, durations seconds.
 * `workload` is the name of the top owner (Deployment, StatefulSet, DaemonSet, CronJob) of the pods that expose it.
 */
export const derivedSeries = {
  // Containers, from the kubelet's cadvisor.
  container_cpu_cores: { labels: ["namespace", "pod", "container"], unit: "cores" },
  container_cpu_limit_cores: { labels: ["namespace", "pod", "container"], unit: "cores" },
  container_cpu_throttled_ratio: { labels: ["namespace", "pod", "container"], unit: "ratio" },
  container_memory_working_set_bytes: { labels: ["namespace", "pod", "container"], unit: "bytes" },
  // Of the working set what is no file's: of files the kernel gives back what it must.
  container_memory_anonymous_bytes: { labels: ["namespace", "pod", "container"], unit: "bytes" },
  container_memory_limit_bytes: { labels: ["namespace", "pod", "container"], unit: "bytes" },
  container_memory_limit_ratio: { labels: ["namespace", "pod", "container"], unit: "ratio" },
  container_oom_events: { labels: ["namespace", "pod", "container"], unit: "count" },
  // Local storage of a node that pods use: writable layers and logs; of a pod its volumes, too.
  container_ephemeral_bytes: { labels: ["namespace", "pod", "container"], unit: "bytes" },
  pod_ephemeral_bytes: { labels: ["namespace", "pod"], unit: "bytes" },
  pod_volume_bytes: { labels: ["namespace", "pod", "volume"], unit: "bytes" },
  container_processes: { labels: ["namespace", "pod", "container"], unit: "count" },
  pod_network_receive_bytes_per_second: { labels: ["namespace", "pod"], unit: "bytes/s" },
  pod_network_transmit_bytes_per_second: { labels: ["namespace", "pod"], unit: "bytes/s" },
  pod_network_errors_per_second: { labels: ["namespace", "pod"], unit: "1/s" },
  pod_network_drops_per_second: { labels: ["namespace", "pod"], unit: "1/s" },
  // Nodes.
  node_cpu_ratio: { labels: ["node"], unit: "ratio" },
  node_memory_ratio: { labels: ["node"], unit: "ratio" },
  node_filesystem_ratio: { labels: ["node"], unit: "ratio" },
  // Persistent volumes, by their claim.
  volume_used_ratio: { labels: ["namespace", "claim"], unit: "ratio" },
  // What workloads serve, over all pods of the workload.
  requests_per_second: { labels: ["namespace", "workload"], unit: "1/s" },
  errors_per_second: { labels: ["namespace", "workload"], unit: "1/s" },
  error_ratio: { labels: ["namespace", "workload"], unit: "ratio" },
  rejected_per_second: { labels: ["namespace", "workload"], unit: "1/s" },
  latency_p50_seconds: { labels: ["namespace", "workload"], unit: "s" },
  latency_p95_seconds: { labels: ["namespace", "workload"], unit: "s" },
  latency_mean_seconds: { labels: ["namespace", "workload"], unit: "s" },
  // The same for each route, bounded in number.
  route_requests_per_second: { labels: ["namespace", "workload", "route"], unit: "1/s" },
  route_error_ratio: { labels: ["namespace", "workload", "route"], unit: "ratio" },
  route_latency_mean_seconds: { labels: ["namespace", "workload", "route"], unit: "s" },
  // The same for each pod, to tell a bad revision or a bad replica from its siblings.
  pod_requests_per_second: { labels: ["namespace", "workload", "pod"], unit: "1/s" },
  pod_error_ratio: { labels: ["namespace", "workload", "pod"], unit: "ratio" },
  pod_latency_mean_seconds: { labels: ["namespace", "workload", "pod"], unit: "s" },
  // What workloads ask of others, as they see it.
  client_requests_per_second: { labels: ["namespace", "workload", "peer"], unit: "1/s" },
  client_errors_per_second: { labels: ["namespace", "workload", "peer"], unit: "1/s" },
  client_error_ratio: { labels: ["namespace", "workload", "peer"], unit: "ratio" },
  client_latency_mean_seconds: { labels: ["namespace", "workload", "peer"], unit: "s" },
  client_latency_p95_seconds: { labels: ["namespace", "workload", "peer"], unit: "s" },
  // Found by convention in what the application exposes.
  app_errors_per_second: { labels: ["namespace", "workload", "type"], unit: "1/s" },
  pool_in_use: { labels: ["namespace", "workload", "pod"], unit: "count" },
  pool_waiting: { labels: ["namespace", "workload", "pod"], unit: "count" },
  pool_timeouts_per_second: { labels: ["namespace", "workload", "pod"], unit: "1/s" },
  eventloop_lag_seconds: { labels: ["namespace", "workload", "pod"], unit: "s" },
  open_fds_ratio: { labels: ["namespace", "workload", "pod"], unit: "ratio" },
  process_resident_memory_bytes: { labels: ["namespace", "workload", "pod"], unit: "bytes" },
  // What workloads with a health endpoint say about themselves.
  health_up: { labels: ["namespace", "workload", "pod"], unit: "bool" },
  health_cpu_ratio: { labels: ["namespace", "workload", "pod"], unit: "ratio" },
  health_memory_ratio: { labels: ["namespace", "workload", "pod"], unit: "ratio" },
  health_error_count: { labels: ["namespace", "workload", "pod"], unit: "count" },
  health_uptime_seconds: { labels: ["namespace", "workload", "pod"], unit: "s" },
  // What the application says of itself: 1 when it says that it is not as it should be.
  health_degraded: { labels: ["namespace", "workload", "pod"], unit: "bool" },
  // A point is when the pod was asked to heal itself.
  health_healed: { labels: ["namespace", "workload", "pod"], unit: "bool" },
  scrape_up: { labels: ["namespace", "pod"], unit: "bool" },
} as const;

export type DerivedSeriesName = keyof typeof derivedSeries;
