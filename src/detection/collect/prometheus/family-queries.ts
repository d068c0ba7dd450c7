import { type CallFamily, callFamilyOf } from "../derive/call-conventions.ts";
import type { CallSide } from "../derive/call-status.ts";
import { errorTypeLabels, peerLabels, routeLabels, statusLabels } from "../derive/label-names.ts";
import { durationScale, meaningOf, type NamedLatencies, plumbing } from "../derive/metric-conventions.ts";
import { volumeStats } from "../derive/storage-sink.ts";
import { anywhere, type FamilyQuery, matchers, newest, type QueryScope, rangeSeconds } from "./query-scope.ts";

/** What an application exposes under one name, found by the conventions of `metric-conventions.ts`. */
export type Family = {
  readonly metric: string;
  readonly kind: "counter" | "bucket" | "gauge" | "volume";
  readonly by: readonly string[];
  /** Present for what is read from native histograms. */
  readonly native?: Native;
  /** Present for calls that traces or meshes tell of: what selects them. */
  readonly calls?: Omit<CallFamily, "by" | "bucket" | "selectors"> & { readonly selector: readonly string[] };
};

export interface Native {
  /** Name of the histogram. */
  readonly histogram: string;
  /** Other pods, or the same, have classic buckets under this name: those are asked for already. */
  readonly besideClassic: boolean;
}

/**
 * Durations of requests that the server keeps as native histograms, as OpenTelemetry's exponential ones become: of each
 * the count, the sum and the buckets, under the names that the classic ones have.
 * @param names all that the server has
 */
export function nativeFamiliesOf(names: readonly string[], latencies?: NamedLatencies): Family[] {
  const known = new Set(names);
  return names.flatMap((histogram) => {
    const buckets = familyOf(`${histogram}_bucket`, latencies);
    if (buckets?.kind !== "bucket" || /_(?:bucket|count|sum)$/.test(histogram)) return [];
    const besideClassic = known.has(`${histogram}_bucket`);
    // A count without buckets is that of a summary.
    if (known.has(`${histogram}_count`) && !besideClassic) return [];
    return ["_count", "_sum", "_bucket"].flatMap((part) => {
      const family = familyOf(histogram + part, latencies);
      return family ? { ...family, native: { histogram, besideClassic } } : [];
    });
  });
}

/** What a cluster's own parts and its monitoring count by themselves; a server has hundreds of these before the first application. */
const ofCluster =
  /^(?:alertmanager|apiextensions|apiserver|argocd|cadvisor|certmanager|cilium|cloudprovider|controller_runtime|coredns|cortex|etcd|fluentbit|fluentd|go|grafana|kube|kubelet|loki|mimir|otelcol|process|prometheus|promhttp|rest_client|scheduler|storage_operation|tempo|thanos|vmagent|workqueue)_/;

/** Families in the order in which they are asked for, where not all are: meshes and traces, which tell of everybody, applications, the rest. */
export function byWorth(families: readonly Family[]): Family[] {
  const rank = ({ metric, calls, kind }: Family) =>
    calls ? 0 : kind !== "gauge" && kind !== "volume" && ofCluster.test(metric) ? 2 : 1;
  return families.toSorted((a, b) => rank(a) - rank(b));
}

/** What is asked for a metric of this name: as what an application exposes, and as what a mesh tells of calls. */
export function familiesOf(metric: string, latencies?: NamedLatencies): Family[] {
  const own = familyOf(metric, latencies);
  const told = callFamilyOf(metric);
  if (!told) return own ? [own] : [];
  const { selectors, by, bucket, namespaceLabel, byPod } = told;
  const calls = selectors.map(
    (selector): Family => ({
      metric,
      kind: bucket ? "bucket" : "counter",
      by: bucket ? ["le", ...by] : by,
      calls: { selector, namespaceLabel, byPod },
    }),
  );
  return own ? [own, ...calls] : calls;
}

/** What a metric of an application is, by its name or because it is `named`; undefined when neither tells. */
export function familyOf(metric: string, named?: NamedLatencies): Family | undefined {
  if (volumeStats.test(metric)) return { metric, kind: "volume", by: [] };
  // A state, a peer, a bound and a status are labels that some conventions ask for.
  const meaning =
    meaningOf({ name: metric, labels: { le: "1", peer: "any", code: "200" } }, named) ??
    meaningOf({ name: metric, labels: { state: "used" } });
  const mesh = metric.startsWith("istio_");
  const calls = (side: CallSide) => (side === "client" || mesh ? [...peerLabels, "reporter"] : []);
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
  const labels = [...new Set([namespace, pod, ...by])].filter(
    (label) => (withRoutes || !routeLabels.includes(label)) && (label !== "le" || !family.native),
  );
  const traffic = kind === "bucket" || by.includes("route");
  const noProbes = traffic
    ? routeLabels.map((label) => `${label}!~"${plumbing.source.replace(/^\^|\$$/g, "").replaceAll("\\", "\\\\")}"`)
    : [];
  const within = matchers(scope, namespace, `${pod}!=""`, ...noProbes);
  const into = `by (${labels.join(",")})`;
  if (family.native) return nativeQuery(family, family.native, { within, into, scope });
  const selector = metric + within;
  if (kind === "gauge") return { metric, kind: "value", expr: `max ${into} (${selector})` };
  if (kind === "bucket") return { metric, kind: "rate", expr: `sum ${into} (rate(${selector}[${range}s]))` };
  return { metric, kind: "rate", expr: growth(selector, into, scope) };
}

/** One query for the count, the sum or the buckets of a native histogram; functions of PromQL make numbers of the first two. */
function nativeQuery(
  { metric, kind }: Family,
  { histogram, besideClassic }: Native,
  { within, into, scope }: { readonly within: string; readonly into: string; readonly scope: QueryScope },
): FamilyQuery {
  const { namespace, pod } = scope.labels;
  const selector = histogram + within;
  const but = besideClassic ? ` unless on (${namespace},${pod}) ${histogram}_count${within}` : "";
  if (kind === "bucket") {
    const expr = `sum ${into} (rate(${selector}[${rangeSeconds(scope)}s])${but})`;
    return { metric, kind: "rate", expr, nativeUnit: durationScale(histogram) };
  }
  const part = metric.endsWith("_sum") ? "histogram_sum" : "histogram_count";
  return { metric, kind: "rate", expr: growth(selector, into, scope, (of) => `${part}(${of})`, but) };
}

/**
 * How fast a counter grows (1/s). A series that appears on a target which was scraped before has begun at zero, which
 * `rate` alone does not see: the first error would be missed.
 */
function growth(
  selector: string,
  into: string,
  scope: QueryScope,
  numberOf = (text: string) => text,
  but = "",
): string {
  const window = `${Math.ceil(scope.windowSeconds)}`;
  const before = `offset ${window}s`;
  const isNew = `${numberOf(selector)} unless ${numberOf(`${selector} ${before}`)}`;
  const begun = `((${isNew}) and on (job,instance) (up${anywhere(scope)} ${before})) / ${window}`;
  const grown = `${begun} or ${numberOf(`rate(${selector}[${rangeSeconds(scope)}s])`)}`;
  return `sum ${into} (${but === "" ? grown : `(${grown})${but}`})`;
}
