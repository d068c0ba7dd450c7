import type { RawSeries } from "../../../cluster/signal.ts";
import { isFailure } from "./call-status.ts";

/** What one side of a call is called, and in which namespace where the series tells. */
export interface CallEnd {
  readonly name: string;
  readonly namespace?: string;
}

/**
 * One raw series about the calls of one workload to another, told by a third party: traces that were counted, or the
 * proxies of a mesh. The caller is named by labels, because the pod of such a series is often not the caller's.
 */
export interface CallSeries {
  /** Undefined when the pod of the series is the caller's. */
  readonly caller: CallEnd | undefined;
  readonly peer: CallEnd;
  /** Lower ranks are better sources where several tell of the same calls. */
  readonly rank: number;
  readonly part: CallPart;
}

/** `timing` 0: as the caller has waited; 1: as long as the far side took. */
export type CallPart =
  | { readonly kind: "count"; readonly error: boolean }
  | { readonly kind: "failed" }
  | { readonly kind: "bucket"; readonly le: number; readonly timing: number }
  | { readonly kind: "sum"; readonly scale: number; readonly timing: number }
  | { readonly kind: "timed"; readonly timing: number };

type Labels = Readonly<Record<string, string>>;

/** How one kind of these series is asked for: one query a selector, grouped by labels. */
export interface CallFamily {
  readonly bucket: boolean;
  readonly by: readonly string[];
  /** Alternatives, because PromQL has no "or" inside of one selector. */
  readonly selectors: readonly (readonly string[])[];
  /** The label that bounds the namespaces; undefined when there is none. */
  readonly namespaceLabel: string | undefined;
  /** Whether pods of the series are those of callers, and wanted in the answer. */
  readonly byPod: boolean;
}

const end = (name: string | undefined, namespace?: string | undefined): CallEnd | undefined => {
  // What proxies and collectors write for "I do not know" and for everything outside.
  if (!name || /^(unknown|user|client|PassthroughCluster|BlackHoleCluster|InboundPassthrough\w*)$/.test(name))
    return undefined;
  return namespace && namespace !== "unknown" ? { name, namespace } : { name };
};

const first = (labels: Labels, names: readonly string[]): string | undefined => {
  for (const name of names) if (labels[name]) return labels[name];
  return undefined;
};

/** The part of a histogram that a name is about, and its factor to seconds. */
function timingPart(name: string, labels: Labels, timing: number): CallPart | undefined {
  const scale = /_(milliseconds|ms)(_|$)/.test(name) ? 1e-3 : 1;
  if (name.endsWith("_sum")) return { kind: "sum", scale, timing };
  if (name.endsWith("_count")) return { kind: "timed", timing };
  const le = Number(labels["le"]?.replace("+Inf", "Infinity"));
  return name.endsWith("_bucket") && !Number.isNaN(le) ? { kind: "bucket", le: le * scale, timing } : undefined;
}

// Tempo and the OpenTelemetry collector; a prefix may be set there.
// https://grafana.com/docs/tempo/latest/metrics-generator/service_graphs/
const serviceGraph =
  /^(?:\w+_)?service_graph_request_(?:(total|failed_total)|(server|client)(?:_(?:milli)?seconds)?_(?:bucket|sum|count))$/;
const clientSpaces = ["client_k8s_namespace_name", "client_service_namespace", "client_namespace"];
const serverSpaces = ["server_k8s_namespace_name", "server_service_namespace", "server_namespace"];

function ofServiceGraph({ name, labels }: RawSeries): CallSeries | undefined {
  const match = serviceGraph.exec(name);
  // Who takes messages from a queue is not needed by who puts them there.
  if (!match || labels["connection_type"] === "messaging_system") return undefined;
  const caller = end(labels["client"], first(labels, clientSpaces));
  const peer = end(labels["server"], first(labels, serverSpaces));
  if (!caller || !peer) return undefined;
  const part: CallPart | undefined =
    match[1] === "total"
      ? { kind: "count", error: false }
      : match[1]
        ? { kind: "failed" }
        : timingPart(name, labels, match[2] === "client" ? 0 : 1);
  return part && { caller, peer, rank: 1, part };
}

// https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/spanmetricsconnector
const spanCount = /^(?:(?:\w+_)?span_?metrics_)?calls_total$/;
const spanTime =
  /^(?:(?:\w+_)?span_?metrics_(?:latency|duration_(?:milli)?seconds)|duration_(?:milli)?seconds)_(?:bucket|sum|count)$/;
const spanServices = ["service_name", "service"];
const spanSpaces = ["k8s_namespace_name", "service_namespace"];
const spanPeers = ["peer_service", "server_address", "net_peer_name"];

function ofSpans({ name, labels }: RawSeries): CallSeries | undefined {
  const counted = spanCount.test(name);
  if ((!counted && !spanTime.test(name)) || !/^(SPAN_KIND_)?CLIENT$/i.test(labels["span_kind"] ?? "")) return undefined;
  const caller = end(first(labels, spanServices), first(labels, spanSpaces));
  const peer = end(first(labels, spanPeers));
  if (!caller || !peer) return undefined;
  const part: CallPart | undefined = counted
    ? { kind: "count", error: /ERROR$/i.test(labels["status_code"] ?? "") }
    : timingPart(name, labels, 0);
  return part && { caller, peer, rank: 2, part };
}

// https://istio.io/latest/docs/reference/config/metrics/
const istio = /^istio_(?:requests_total|request_duration_milliseconds_(?:bucket|sum|count))$/;

/** With the pod of a sidecar in it, a series is read as any client's; these are those that were summed up, and waypoints'. */
function ofIstio({ name, labels }: RawSeries): CallSeries | undefined {
  const { reporter, pod } = labels;
  if (!istio.test(name) || !(reporter === "waypoint" || (reporter === "source" && !pod))) return undefined;
  const caller = end(labels["source_workload"], labels["source_workload_namespace"]);
  const peer =
    end(labels["destination_service_name"], labels["destination_service_namespace"]) ??
    end(labels["destination_workload"], labels["destination_workload_namespace"]);
  if (!caller || !peer) return undefined;
  const status = labels["grpc_response_status"] || labels["response_code"] || "";
  const part: CallPart | undefined =
    name === "istio_requests_total"
      ? { kind: "count", error: isFailure(status, "client", Boolean(labels["grpc_response_status"])) }
      : timingPart(name, labels, 0);
  return part && { caller, peer, rank: 0, part };
}

// https://linkerd.io/2/reference/proxy-metrics/
const linkerd = /^response_(?:total|latency_ms_(?:bucket|sum|count))$/;
const linkerdOwners = ["deployment", "statefulset", "daemonset"];
const linkerdPeers = ["dst_deployment", "dst_statefulset", "dst_daemonset", "dst_service"];

function ofLinkerd({ name, labels }: RawSeries): CallSeries | undefined {
  if (!linkerd.test(name) || labels["direction"] !== "outbound") return undefined;
  const peer = end(first(labels, linkerdPeers), labels["dst_namespace"]);
  const caller = labels["pod"] ? undefined : end(first(labels, linkerdOwners), labels["namespace"]);
  if (!peer || (!caller && !labels["pod"])) return undefined;
  const part: CallPart | undefined =
    name === "response_total"
      ? { kind: "count", error: labels["classification"] === "failure" }
      : timingPart(name, labels, 0);
  return part && { caller, peer, rank: 0, part };
}

/** Whether and what a series tells of calls between workloads; undefined when no convention of traces or meshes is met. */
export function callOf(series: RawSeries): CallSeries | undefined {
  return ofServiceGraph(series) ?? ofSpans(series) ?? ofIstio(series) ?? ofLinkerd(series);
}

/** How a metric of this name is asked for, so that the answer can be read by `callOf`; undefined for other metrics. */
export function callFamilyOf(metric: string): CallFamily | undefined {
  const bucket = metric.endsWith("_bucket");
  const none = { bucket, namespaceLabel: undefined, byPod: false };
  const graph = serviceGraph.exec(metric);
  if (graph)
    return {
      ...none,
      by: ["client", "server", ...clientSpaces, ...serverSpaces],
      selectors: [['client!=""', 'server!=""', 'connection_type!="messaging_system"']],
    };
  if (spanCount.test(metric) || spanTime.test(metric))
    return {
      ...none,
      by: [...spanServices, ...spanSpaces, ...spanPeers, "span_kind", "status_code"],
      selectors: [['span_kind=~"(?i:(SPAN_KIND_)?CLIENT)"']],
    };
  if (istio.test(metric))
    return {
      ...none,
      namespaceLabel: "source_workload_namespace",
      by: [
        "source_workload",
        "source_workload_namespace",
        "destination_service_name",
        "destination_service_namespace",
        "destination_workload",
        "destination_workload_namespace",
        "reporter",
        "response_code",
        "grpc_response_status",
      ],
      selectors: [['reporter="source"', 'pod=""'], ['reporter="waypoint"']],
    };
  if (linkerd.test(metric))
    return {
      ...none,
      namespaceLabel: "namespace",
      byPod: true,
      by: [...linkerdOwners, ...linkerdPeers, "dst_namespace", "direction", "classification"],
      selectors: [['direction="outbound"']],
    };
  return undefined;
}
