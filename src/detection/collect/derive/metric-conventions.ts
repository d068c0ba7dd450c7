import type { RawSeries } from "../../../cluster/signal.ts";
import { answerOf, type CallSide } from "./call-status.ts";
import { errorTypeLabels, firstLabel, peerLabels, routeLabels } from "./label-names.ts";

/** What a raw series means, by the naming conventions of Prometheus, OpenTelemetry and the common client libraries. */
export type SeriesMeaning =
  | {
      readonly kind: "request-count";
      readonly side: CallSide;
      readonly error: boolean;
      readonly rejected: boolean;
      readonly hasStatus: boolean;
      /** Where two series of a pod count the same requests, the lower one counts; see `ranks`. */
      readonly rank: number;
      /** Name of the histogram that this is the count of. */
      readonly times?: string;
      readonly route: string;
      readonly peer: string;
    }
  | {
      readonly kind: "duration-bucket";
      readonly side: CallSide;
      readonly times: string;
      /** Upper bound of the bucket (s). */
      readonly le: number;
      readonly route: string;
      readonly peer: string;
    }
  | {
      readonly kind: "duration-sum";
      readonly side: CallSide;
      readonly times: string;
      /** Makes seconds of the value. */
      readonly scale: number;
      readonly route: string;
      readonly peer: string;
    }
  | { readonly kind: "app-errors"; readonly type: string }
  | { readonly kind: "pool"; readonly what: "in-use" | "waiting" | "timeouts" }
  | {
      readonly kind: "eventloop-lag";
      /** Makes seconds of the value. */
      readonly scale: number;
    }
  | { readonly kind: "resident-memory" }
  | { readonly kind: "file-descriptors"; readonly what: "open" | "max" }
  | { readonly kind: "up" };

const clientName = /(^|_)(client|outgoing|outbound|upstream|egress|downstream_call)(_|$)/;
const requestCount =
  /^(?:[a-z0-9]+_)*?(?:http|https|grpc|rpc|requests?|istio|web|api)(?:_[a-z]+)*?_?(?:requests?|handled|calls|responses?)_total$/;
/**
 * Which counts the requests of a pod: a counter of the protocol itself, the count of a histogram, a counter with a name before
 * the protocol (which may be whom the program calls), one of no protocol, and last what does not say how requests ended.
 */
const ranks = { plain: 0, timed: 1, prefixed: 2, any: 3, timedOnly: 4 } as const;
const plainCount = /^(?:http|https|grpc|rpc|istio)_/;
/**
 * Named after nothing but requests, it counts them when it says how they ended: caches and queues are asked as well. The clients
 * of the API server try again by themselves.
 */
const anyRequestCount =
  /^(?!rest_client_)(?:[a-z0-9]+_)*(?:requests?|responses?)(?:_(?:count|handled|served|processed|received|completed|(?:total_)?by(?:_[a-z]+)+))?_total$/;
/** What the network's agent and counted traces tell of others' requests. */
const ofOthers = /^hubble_|(?:^|_)(?:service_graph|span_?metrics)_/;
const durationName =
  /^(?:[a-z0-9]+_)*?(?:http|https|grpc|rpc|requests?|istio|web|api)(?:_[a-z]+)*_(?:duration|latency|seconds|milliseconds|ms|time|handling)(?:_[a-z]+)*$/;
const notRequests = /(size|bytes|in_flight|inflight|active|queue|gc|dns|tls|connect)/;

/** Routes of probes and scrapes, which are not traffic. */
export const plumbing =
  /^\/?(-\/)?(healthz?|healthy|health[_-]?check|readyz?|readiness|livez?|liveness|startupz?|health\/(live|ready|liveness|readiness)|metrics|ping|actuator\/.*)$/;

/** Seconds that a value of 1 stands for, by the name of its histogram. */
export function durationScale(base: string): number {
  return /_(milliseconds|ms|millis)(_|$)/.test(base) ? 1e-3 : /_(microseconds|us)(_|$)/.test(base) ? 1e-6 : 1;
}

function common(series: RawSeries, side: CallSide) {
  const { labels } = series;
  return {
    side,
    route: firstLabel(labels, routeLabels),
    peer: side === "client" ? firstLabel(labels, peerLabels) : "",
  };
}

/** Probes and scrapes, and calls of whom nobody names: no traffic of a service. */
function isNoTraffic({ side, route, peer }: ReturnType<typeof common>): boolean {
  return plumbing.test(route) || (side === "client" && peer === "");
}

function sideOf(name: string, labels: Readonly<Record<string, string>>): CallSide {
  if (labels.reporter !== undefined) return labels.reporter === "source" ? "client" : "server";
  return clientName.test(name) ? "client" : "server";
}

/** Names of histograms, without `_bucket`, whose values are the durations of requests whatever they are called. */
export type NamedLatencies = ReadonlySet<string>;
const noneNamed: NamedLatencies = new Set();

function meaningOfDuration(series: RawSeries, named: NamedLatencies): SeriesMeaning | undefined {
  const { name, labels } = series;
  const cut = name.lastIndexOf("_");
  const base = name.slice(0, cut);
  const part = name.slice(cut + 1);
  if (part !== "bucket" && part !== "sum" && part !== "count") return undefined;
  if (!named.has(base) && (!durationName.test(base) || notRequests.test(base))) return undefined;
  const side = sideOf(base, labels);
  const rest = { ...common(series, side), times: base };
  if (isNoTraffic(rest)) return undefined;
  const scale = durationScale(base);
  if (part === "bucket") {
    const le = Number(labels.le?.replace("+Inf", "Infinity"));
    return Number.isNaN(le) ? undefined : { kind: "duration-bucket", le: le * scale, ...rest };
  }
  if (part === "sum") return { kind: "duration-sum", scale, ...rest };
  const answer = answerOf(labels, side);
  return { kind: "request-count", ...answer, rank: answer.hasStatus ? ranks.timed : ranks.timedOnly, ...rest };
}

function meaningOfPool(series: RawSeries): SeriesMeaning | undefined {
  const { name, labels } = series;
  if (!/(pool|hikaricp|jdbc|connections)/.test(name)) return undefined;
  if (/(pool|hikaricp).*timeouts?(_total)?$/.test(name)) return { kind: "pool", what: "timeouts" };
  const state = labels.state?.toLowerCase() ?? "";
  if (/(waiting|pending|queued?)$/.test(name) || /^(waiting|pending|queued)$/.test(state))
    return { kind: "pool", what: "waiting" };
  const busy = /(in_use|active|used|acquired|busy|checked_out)(_connections)?$/;
  if (/(pool|hikaricp|jdbc|db_)/.test(name) && (busy.test(name) || busy.test(state)))
    return { kind: "pool", what: "in-use" };
  return undefined;
}

function meaningOfProcess({ name }: RawSeries): SeriesMeaning | undefined {
  if (name === "up") return { kind: "up" };
  if (name === "process_resident_memory_bytes") return { kind: "resident-memory" };
  // The clients of Prometheus, and Micrometer.
  const descriptors = /^process_(?:files_)?(open|max)_(?:fds|files)$/.exec(name)?.[1];
  if (descriptors !== undefined) return { kind: "file-descriptors", what: descriptors === "open" ? "open" : "max" };
  // prom-client tells the lag and its mean beside each other, OpenTelemetry the delay only by its mean: one of them a pod.
  if (/event_?loop_(lag|delay|delay_mean)_(seconds|milliseconds)$/.test(name))
    return { kind: "eventloop-lag", scale: durationScale(name) };
  return undefined;
}

const countsRequests = (name: string) =>
  (anyRequestCount.test(name) || requestCount.test(name)) && !notRequests.test(name);

function meaningOfRequests({ name, labels }: RawSeries, rest: ReturnType<typeof common>): SeriesMeaning | undefined {
  const answer = answerOf(labels, rest.side);
  const rank = !requestCount.test(name) ? ranks.any : plainCount.test(name) ? ranks.plain : ranks.prefixed;
  return answer.hasStatus || rank !== ranks.any ? { kind: "request-count", ...answer, rank, ...rest } : undefined;
}

function meaningOfErrors({ name, labels }: RawSeries): SeriesMeaning | undefined {
  const counts = /_(errors|exceptions|failures|panics)_total$/.test(name);
  if (!counts || /^(container|node|kube|go|process|scrape|prometheus)_/.test(name)) return undefined;
  return { kind: "app-errors", type: firstLabel(labels, errorTypeLabels) || name.replace(/_total$/, "") };
}

/** What an application's series means; undefined when no convention is met. Containers, nodes and meshes are read elsewhere. */
export function meaningOf(series: RawSeries, named: NamedLatencies = noneNamed): SeriesMeaning | undefined {
  const { name, labels } = series;
  // A waypoint tells of others' calls.
  if (labels.reporter === "waypoint" || ofOthers.test(name)) return undefined;
  const meaning = meaningOfProcess(series) ?? meaningOfDuration(series, named) ?? meaningOfPool(series);
  if (meaning || !name.endsWith("_total")) return meaning;
  if (countsRequests(name)) {
    const rest = common(series, sideOf(name, labels));
    if (isNoTraffic(rest)) return undefined;
    const requests = meaningOfRequests(series, rest);
    if (requests) return requests;
  }
  return meaningOfErrors(series);
}
