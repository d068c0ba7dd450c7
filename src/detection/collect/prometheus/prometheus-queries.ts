import { type CallFamily, callFamilyOf } from "../derive/call-conventions.ts";
import {
  errorTypeLabels,
  meaningOf,
  peerLabels,
  plumbing,
  routeLabels,
  statusLabels,
} from "../derive/metric-conventions.ts";

/** What every query of a round has in common. */
export interface QueryScope {
  /** Over how long rates are taken (s): as long as the windows of direct scraping. */
  readonly windowSeconds: number;
  /** How often the server scrapes (s). */
  readonly intervalSeconds: number;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  /** What the server calls the namespace and the pod of an application's series. */
  readonly labels: PodLabels;
}

export interface PodLabels {
  readonly namespace: string;
  readonly pod: string;
}

/** One metric family, aggregated by the server as far as its meaning allows. */
export interface FamilyQuery {
  /** Name of the raw series that the answer stands for. */
  readonly metric: string;
  /** A rate of a counter (1/s), the newest value of a gauge, or how much a counter grew in the window. */
  readonly kind: "rate" | "value" | "increase";
  readonly expr: string;
  /** Told of calls by third parties: workloads are named by labels, not by a pod. */
  readonly calls?: true;
}

/** What an application exposes under one name, found by the conventions of `metric-conventions.ts`. */
export type Family = {
  readonly metric: string;
  readonly kind: "counter" | "bucket" | "gauge" | "volume";
  readonly by: readonly string[];
  /** Present for calls that traces or meshes tell of: what selects them. */
  readonly calls?: Omit<CallFamily, "by" | "bucket" | "selectors"> & { readonly selector: readonly string[] };
};

const container = "namespace,pod,container";

/** `{…}` with these matchers, within the namespaces of the scope. */
export function matchers(
  scope: Pick<QueryScope, "namespaces">,
  namespaceLabel: string,
  ...own: readonly string[]
): string {
  const listed = scope.namespaces.map((name) => name.replaceAll(/[^A-Za-z0-9_-]/g, (char) => `[${char}]`)).join("|");
  return `{${[...own, ...(listed === "" ? [] : [`${namespaceLabel}=~"${listed}"`])].join(",")}}`;
}

/**
 * A range over which `rate` is exactly (last - first) / time between them: with one more interval than the window, the
 * samples at both ends are less than an interval away from its edges, and the extrapolation cancels out
 * (https://github.com/prometheus/prometheus/blob/main/promql/functions.go, extrapolatedRate).
 */
function rangeSeconds({ windowSeconds, intervalSeconds }: QueryScope): number {
  return Math.ceil(Math.max(windowSeconds, 3 * intervalSeconds) + intervalSeconds);
}

/**
 * The newest value for each group. The kubelet's samples carry their own times and are not marked as ended: of a container
 * and its successor only the younger sample counts, and none that is older than the range.
 */
function newest(selector: string, by: string, range: number): string {
  const time = `timestamp(${selector})`;
  return `max by (${by}) (${selector} and (${time} > time() - ${range}) and (${time} == on (${by}) group_left () max by (${by}) (${time})))`;
}

/** Containers, pods and nodes from the kubelet's cadvisor, in the order in which ratios need them. */
export function kubeletQueries(scope: QueryScope): FamilyQuery[] {
  const range = rangeSeconds(scope);
  const of = matchers(scope, "namespace", 'container!=""', 'container!="POD"');
  const net = matchers(scope, "namespace", 'pod!=""', 'container=~"|POD"', 'interface!="lo"');
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
  const disk = '{id="/",device=~"/dev/.+",device!="/dev/shm"}';
  // The limits of many installations are not in the kubelet's part but in that of kube-state-metrics.
  const period = "100000";
  return [
    rate("container_cpu_usage_seconds_total"),
    rate("container_cpu_cfs_periods_total"),
    rate("container_cpu_cfs_throttled_periods_total"),
    value("container_spec_cpu_period", `0 * ${limits("cpu")} + ${period}`),
    value("container_spec_cpu_quota", `${limits("cpu")} * ${period}`),
    value("container_spec_memory_limit_bytes", limits("memory")),
    value("container_memory_working_set_bytes"),
    { ...rate("container_oom_events_total"), kind: "increase" },
    value("container_processes"),
    value("kubelet_container_log_filesystem_used_bytes"),
    value("container_fs_usage_bytes"),
    ...["receive", "transmit"].flatMap((way) =>
      ["bytes", "errors", "packets_dropped"].map((what) => network(`container_network_${way}_${what}_total`)),
    ),
    nodeValue("machine_cpu_cores", ""),
    nodeValue("machine_memory_bytes", ""),
    nodeValue("container_memory_working_set_bytes", '{id="/"}'),
    nodeValue("container_fs_limit_bytes", disk, `${node},device`),
    nodeValue("container_fs_usage_bytes", disk, `${node},device`),
    {
      metric: "container_cpu_usage_seconds_total",
      kind: "rate",
      expr: `max by (${node}) (rate(container_cpu_usage_seconds_total{id="/"}[${range}s]))`,
    },
  ];
}

/** When the server last heard of anything (s), and how often it does (s). */
export const newestSampleQuery = "max(timestamp(up))";
export const intervalQuery =
  "quantile(0.5, (timestamp(up) - min_over_time(timestamp(up)[5m:15s])) / (count_over_time(up[5m]) - 1 > 1))";

export function upQuery(scope: QueryScope): FamilyQuery {
  const { namespace, pod } = scope.labels;
  const selector = matchers(scope, namespace, `${pod}!=""`);
  return { metric: "up", kind: "value", expr: `min by (${namespace},${pod}) (up${selector})` };
}

/** What is asked for a metric of this name: as what an application exposes, and as what a mesh tells of calls. */
export function familiesOf(metric: string): Family[] {
  const own = familyOf(metric);
  const told = callFamilyOf(metric);
  const calls = (told?.selectors ?? []).map((selector): Family => {
    const { by, bucket, namespaceLabel, byPod } = told as CallFamily;
    return {
      metric,
      kind: bucket ? "bucket" : "counter",
      by: bucket ? ["le", ...by] : by,
      calls: { selector, namespaceLabel, byPod },
    };
  });
  return own ? [own, ...calls] : calls;
}

/** What a metric of an application is, by its name; undefined when no convention is met. */
export function familyOf(metric: string): Family | undefined {
  if (/^kubelet_volume_stats_(used|capacity)_bytes$/.test(metric)) return { metric, kind: "volume", by: [] };
  // A state, a peer and a bound are labels that some conventions ask for.
  const meaning =
    meaningOf({ name: metric, labels: { le: "1", peer: "any" } }) ??
    meaningOf({ name: metric, labels: { state: "used" } });
  const mesh = metric.startsWith("istio_");
  const calls = (side: "server" | "client") => (side === "client" || mesh ? [...peerLabels, "reporter"] : []);
  switch (meaning?.kind) {
    case "request-count":
      return { metric, kind: "counter", by: [...statusLabels, ...routeLabels, ...calls(meaning.side)] };
    case "duration-sum":
      return { metric, kind: "counter", by: [...routeLabels, ...calls(meaning.side)] };
    case "duration-bucket":
      return { metric, kind: "bucket", by: ["le", ...calls(meaning.side)] };
    case "app-errors":
      return { metric, kind: "counter", by: errorTypeLabels };
    case "pool":
      return { metric, kind: meaning.what === "timeouts" ? "counter" : "gauge", by: ["state"] };
    case "eventloop-lag":
    case "resident-memory":
    case "file-descriptors":
      return { metric, kind: "gauge", by: [] };
    default:
      return undefined;
  }
}

/**
 * One query for a family of an application, whatever the number of its pods: by pod, because only the cluster knows which
 * workload a pod belongs to. Calls told by third parties are grouped by the labels that name both ends.
 */
export function familyQuery(family: Family, scope: QueryScope, withRoutes = true): FamilyQuery {
  const { metric, kind, by } = family;
  const { namespace, pod } = scope.labels;
  const range = rangeSeconds(scope);
  if (family.calls) {
    const { selector: own, namespaceLabel, byPod } = family.calls;
    const listed = namespaceLabel === undefined ? { ...scope, namespaces: [] } : scope;
    const selector = metric + matchers(listed, namespaceLabel ?? "", ...own);
    const into = `by (${[...new Set([...(byPod ? [namespace, pod] : []), ...by])].join(",")})`;
    return { metric, kind: "rate", expr: growth(selector, into, scope), calls: true };
  }
  if (kind === "volume") {
    const selector = metric + matchers(scope, "namespace", 'persistentvolumeclaim!=""');
    return { metric, kind: "value", expr: newest(selector, "namespace,persistentvolumeclaim", range) };
  }
  const labels = [...new Set([namespace, pod, ...by])].filter((label) => withRoutes || !routeLabels.includes(label));
  const traffic = kind === "bucket" || by.includes("route");
  const noProbes = traffic
    ? routeLabels.map((label) => `${label}!~"${plumbing.source.replace(/^\^|\$$/g, "").replaceAll("\\", "\\\\")}"`)
    : [];
  const selector = metric + matchers(scope, namespace, `${pod}!=""`, ...noProbes);
  const into = `by (${labels.join(",")})`;
  if (kind === "gauge") return { metric, kind: "value", expr: `max ${into} (${selector})` };
  if (kind === "bucket") return { metric, kind: "rate", expr: `sum ${into} (rate(${selector}[${range}s]))` };
  return { metric, kind: "rate", expr: growth(selector, into, scope) };
}

/**
 * How fast a counter grows (1/s). A series that appears on a target which was scraped before has begun at zero, which
 * `rate` alone does not see: the first error would be missed.
 */
function growth(selector: string, into: string, scope: QueryScope): string {
  const window = `${Math.ceil(scope.windowSeconds)}`;
  const before = `offset ${window}s`;
  const begun = `((${selector} unless ${selector} ${before}) and on (job,instance) (up ${before})) / ${window}`;
  return `sum ${into} (${begun} or rate(${selector}[${rangeSeconds(scope)}s]))`;
}
