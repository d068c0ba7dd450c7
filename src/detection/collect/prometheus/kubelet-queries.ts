import { anywhere, type FamilyQuery, matchers, newest, type QueryScope, rangeSeconds } from "./query-scope.ts";

const container = "namespace,pod,container";

/** Containers, pods and nodes from the kubelet's cadvisor, in the order in which ratios need them. */
export function kubeletQueries(scope: QueryScope): FamilyQuery[] {
  const range = rangeSeconds(scope);
  const of = matchers(scope, "namespace", 'container!=""', 'container!="POD"');
  const net = matchers(scope, "namespace", 'pod!=""', 'container=~"|POD"', 'interface!="lo"');
  // The limits of many installations are not in the kubelet's part but in that of kube-state-metrics.
  const limits = (resource: string) => {
    const selector = matchers(scope, "namespace", 'container!=""', `resource="${resource}"`);
    return `max by (${container}) (kube_pod_container_resource_limits${selector})`;
  };
  const rate = (metric: string): FamilyQuery => ({
    metric,
    kind: "rate",
    expr: `max by (${container}) (rate(${metric}${of}[${range}s]))`,
  });
  const value = (metric: string, otherwise?: string): FamilyQuery => ({
    metric,
    kind: "value",
    expr: newest(metric + of, container, range) + (otherwise === undefined ? "" : ` or ${otherwise}`),
  });
  const network = (metric: string): FamilyQuery => ({
    metric,
    kind: "rate",
    expr: `sum by (namespace,pod) (max by (namespace,pod,interface) (rate(${metric}${net}[${range}s])))`,
  });
  const node = "node,instance";
  const nodeValue = (metric: string, selector: string, by = node): FamilyQuery => ({
    metric,
    kind: "value",
    expr: newest(metric + selector, by, range),
  });
  const root = anywhere(scope, 'id="/"');
  const disk = anywhere(scope, 'id="/"', 'device=~"/dev/.+"', 'device!="/dev/shm"');
  const period = "100000";
  return [
    rate("container_cpu_usage_seconds_total"),
    rate("container_cpu_cfs_periods_total"),
    rate("container_cpu_cfs_throttled_periods_total"),
    value("container_spec_cpu_period", `0 * ${limits("cpu")} + ${period}`),
    value("container_spec_cpu_quota", `${limits("cpu")} * ${period}`),
    value("container_spec_memory_limit_bytes", limits("memory")),
    value("container_memory_working_set_bytes"),
    value("container_memory_rss"),
    { ...rate("container_oom_events_total"), kind: "increase" },
    value("container_processes"),
    value("kubelet_container_log_filesystem_used_bytes"),
    value("container_fs_usage_bytes"),
    ...["receive", "transmit"].flatMap((way) =>
      ["bytes", "errors", "packets_dropped"].map((what) => network(`container_network_${way}_${what}_total`)),
    ),
    nodeValue("machine_cpu_cores", anywhere(scope)),
    nodeValue("machine_memory_bytes", anywhere(scope)),
    nodeValue("container_memory_working_set_bytes", root),
    nodeValue("container_fs_limit_bytes", disk, `${node},device`),
    nodeValue("container_fs_usage_bytes", disk, `${node},device`),
    {
      metric: "container_cpu_usage_seconds_total",
      kind: "rate",
      expr: `max by (${node}) (rate(container_cpu_usage_seconds_total${root}[${range}s]))`,
    },
  ];
}
