import type { DerivedSeriesName } from "../../../cluster/series-names.ts";
import type { SeriesStore } from "../../../cluster/series-store.ts";
import type { RawSeries } from "../../../cluster/signal.ts";
import type { CallSide } from "./call-status.ts";
import { createFileDescriptors } from "./derive-file-descriptors.ts";
import { createRequestStream, type RequestStream, type StreamNames } from "./derive-requests.ts";
import { meaningOf, type NamedLatencies, type SeriesMeaning } from "./metric-conventions.ts";
import type { Reading, SampleSink } from "./reading.ts";
import { clientNames, podNames, routeNames, serverNames } from "./stream-names.ts";
import { createTellers, type Teller } from "./tellers.ts";
import { createWindowSum, type WindowSum } from "./window-sum.ts";

export interface ApplicationDeriverOptions {
  readonly series: SeriesStore;
  readonly workloadOf: (namespace: string, pod: string) => { readonly workload: string } | undefined;
  /** Ticks of the window of rates. */
  readonly slots: number;
  /** Routes, peers and error types followed for each workload. */
  readonly maxPerWorkload: number;
  readonly latencies?: NamedLatencies | undefined;
}

/** Requests, errors, pools and the like, from what applications expose. */
export interface ApplicationDeriver {
  /** Undefined when nothing is derived from the series; "later" while its pod is not known. */
  read(series: RawSeries): Reading | undefined | "later";
  /** Writes the points of this tick. `alive`: workloads (`namespace/name`) that have been scraped in it. */
  flush(now: number, windowSeconds: number, alive: ReadonlySet<string>): void;
  /** Whether the workload itself tells how its calls of this peer go. */
  measures(namespace: string, workload: string, peer: string): boolean;
  /** Series of routes, peers and types that were left out. */
  readonly refusedGroups: number;
}

type OfRequests = Extract<SeriesMeaning, { readonly side: CallSide }>;

/** Adds increases of a series to the streams that it is about, as long as it is the one that tells. */
function sinkOf(teller: Teller, name: string, meaning: OfRequests, into: readonly RequestStream[]): SampleSink {
  const { kind, times } = meaning;
  const adds = (add: (one: RequestStream, value: number) => void) => (value: number) => {
    for (const one of into) add(one, value);
  };
  if (kind === "duration-bucket" || kind === "duration-sum") {
    const add =
      kind === "duration-bucket"
        ? adds((one, value) => one.bucket(meaning.le, value))
        : adds((one, value) => one.duration(value * meaning.scale));
    return (value) => teller.tell("time", times, add, value);
  }
  const count = adds((one, value) => one.count(value, meaning));
  const timed = adds((one, value) => one.durationCount(value));
  return (value) => {
    if (times !== undefined) teller.tell("time", times, timed, value);
    teller.tell("count", name, count, value);
  };
}

/** Ticks for which a counter that is gone is still written as zero, and after which it is forgotten. */
const idleTicks = 120;
const forgetTicks = 480;

/**
 * What has been silent for 480 ticks is forgotten. Series of a workload's further routes, peers and error types are
 * counted in `refusedGroups` and leave no point.
 */
export function createApplicationDeriver(options: ApplicationDeriverOptions): ApplicationDeriver {
  const { series: store, workloadOf, slots, maxPerWorkload } = options;
  const streams = new Map<string, { readonly owner: string; readonly stream: RequestStream }>();
  const groups = new Map<string, Set<string>>();
  const rates = new Map<
    string,
    { name: DerivedSeriesName; labels: Record<string, string>; window: WindowSum; silent: number }
  >();
  const fileDescriptors = createFileDescriptors(store);
  const tellers = createTellers();
  let refusedGroups = 0;

  /** Bounds how many routes, peers and types one workload may have; the rest is counted and left out. */
  function admitted(owner: string, kind: string, value: string): boolean {
    const key = `${owner}/${kind}`;
    let values = groups.get(key);
    if (!values) {
      // Workloads come and go; starting over costs a few groups too many, never memory without end.
      if (groups.size >= 20_000) groups.clear();
      values = new Set();
      groups.set(key, values);
    }
    if (values.has(value)) return true;
    if (values.size >= maxPerWorkload) {
      refusedGroups++;
      return false;
    }
    values.add(value);
    return true;
  }

  function stream(names: StreamNames, labels: Record<string, string>): RequestStream {
    const key = `${names.rate}\u0000${Object.values(labels).join("\u0000")}`;
    let found = streams.get(key);
    if (!found) {
      found = { owner: `${labels.namespace}/${labels.workload}`, stream: createRequestStream(names, labels, slots) };
      streams.set(key, found);
    }
    return found.stream;
  }

  function rate(name: DerivedSeriesName, labels: Record<string, string>): WindowSum {
    const key = `${name}\u0000${Object.values(labels).join("\u0000")}`;
    let found = rates.get(key);
    if (!found) {
      found = { name, labels, window: createWindowSum(slots), silent: 0 };
      rates.set(key, found);
    }
    return found.window;
  }

  function read(source: RawSeries): Reading | undefined | "later" {
    const meaning = meaningOf(source, options.latencies);
    const { namespace, pod } = source.labels;
    if (!meaning || !namespace || !pod) return undefined;
    if (meaning.kind === "up") {
      return {
        counter: false,
        sink: (value, _seconds, at) => void store.push("scrape_up", { namespace, pod }, at, value),
      };
    }
    const owner = workloadOf(namespace, pod);
    if (!owner) return "later";
    const { workload } = owner;
    const gauge = (name: DerivedSeriesName, scale = 1) => ({
      counter: false,
      sink: (value: number, _seconds: number, at: number) =>
        void store.push(name, { namespace, workload, pod }, at, value * scale),
    });
    switch (meaning.kind) {
      case "eventloop-lag":
        return gauge("eventloop_lag_seconds", meaning.scale);
      case "resident-memory":
        return gauge("process_resident_memory_bytes");
      case "file-descriptors":
        return fileDescriptors(meaning.what, { namespace, workload, pod });
      case "pool":
        if (meaning.what === "in-use") return gauge("pool_in_use");
        if (meaning.what === "waiting") return gauge("pool_waiting");
        return {
          counter: true,
          sink: (value) => rate("pool_timeouts_per_second", { namespace, workload, pod }).add(value),
        };
      case "app-errors": {
        const { type } = meaning;
        if (!admitted(`${namespace}/${workload}`, "type", type)) return undefined;
        return {
          counter: true,
          sink: (value) => rate("app_errors_per_second", { namespace, workload, type }).add(value),
        };
      }
      default:
        break;
    }
    const into: RequestStream[] = [];
    if (meaning.side === "client") {
      if (!admitted(`${namespace}/${workload}`, "peer", meaning.peer)) return undefined;
      into.push(stream(clientNames, { namespace, workload, peer: meaning.peer }));
    } else {
      into.push(stream(serverNames, { namespace, workload }));
      if (meaning.kind !== "duration-bucket") {
        into.push(stream(podNames, { namespace, workload, pod }));
        const { route } = meaning;
        if (route !== "" && admitted(`${namespace}/${workload}`, "route", route)) {
          into.push(stream(routeNames, { namespace, workload, route }));
        }
      }
    }
    const teller = tellers.of(`${namespace}/${pod}/${meaning.side}/${meaning.peer}`);
    const { times } = meaning;
    if (times !== undefined) teller.offer("time", times, times.startsWith("istio_") ? 1 : 0);
    if (meaning.kind === "request-count") teller.offer("count", source.name, meaning.rank);
    return { counter: true, sink: sinkOf(teller, source.name, meaning, into) };
  }

  return {
    read,
    flush(now, windowSeconds, alive) {
      tellers.flush();
      for (const [key, { owner, stream: one }] of streams) {
        if (!one.flush(store, now, windowSeconds, alive.has(owner))) streams.delete(key);
      }
      for (const [key, one] of rates) {
        if (one.window.fresh) {
          const covered = (windowSeconds * one.window.filled) / slots;
          store.push(one.name, one.labels, now, one.window.sum / covered);
          one.silent = 0;
        } else if (
          alive.has(`${one.labels.namespace}/${one.labels.workload}`) &&
          one.labels.pod === undefined &&
          one.silent < idleTicks
        ) {
          // The counter was made by a process that is gone; the new one has not counted anything of the kind.
          store.push(one.name, one.labels, now, 0);
          one.silent++;
        } else if (++one.silent > forgetTicks) rates.delete(key);
        one.window.advance();
      }
    },
    measures: (namespace, workload, peer) => streams.has([clientNames.rate, namespace, workload, peer].join("\u0000")),
    get refusedGroups() {
      return refusedGroups;
    },
  };
}
