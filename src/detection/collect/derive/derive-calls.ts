import type { SeriesStore } from "../../../cluster/series-store.ts";
import type { RawSeries } from "../../../cluster/signal.ts";
import { type CallEnd, type CallPart, type CallSeries, callOf } from "./call-conventions.ts";
import { createRequestStream, type RequestStream } from "./derive-requests.ts";
import type { Reading } from "./reading.ts";
import { clientNames } from "./stream-names.ts";

/** A workload by the name of its top owner. */
export interface WorkloadPlace {
  readonly namespace: string;
  readonly workload: string;
}

/** Where workloads of a name are: their own names, and those that their pods bear in the usual labels. */
export type WorkloadNames = ReadonlyMap<string, readonly WorkloadPlace[]>;

export interface CallDeriverOptions {
  readonly workloadOf: (namespace: string, pod: string) => { readonly workload: string } | undefined;
  /** Asked at most once a tick, and only when something new is called by a name. */
  readonly workloadNames: () => WorkloadNames;
  readonly slots: number;
  /** Peers followed for each workload; more are counted and left out. */
  readonly maxPerWorkload: number;
}

/** Calls between workloads from traces and meshes, as the same series as those of the callers' own metrics. */
export interface CallDeriver {
  /** Undefined when the series tells of no calls; "later" while its caller is no workload that is known. */
  read(series: RawSeries): Reading | undefined | "later";
  /** Writes the points of this tick. What callers measure themselves (`measured`) goes before. */
  flush(
    store: SeriesStore,
    now: number,
    windowSeconds: number,
    measured: (namespace: string, workload: string, peer: string) => boolean,
  ): void;
  /** Samples of calls that were left out: of too many callers, or of too many peers of one. */
  readonly refused: number;
}

interface Edge {
  readonly place: WorkloadPlace;
  readonly peer: string;
  readonly stream: RequestStream;
  readonly rank: number;
  /** The best timing that has been seen; worse ones are not mixed into it. */
  timing: number;
}

const maxWorkloads = 20_000;
const answered = { rejected: false, hasStatus: true };

/** At most 20,000 callers; a better source of the same calls takes a pair over, since both would count each call. */
export function createCallDeriver(options: CallDeriverOptions): CallDeriver {
  const { workloadOf, workloadNames, slots, maxPerWorkload } = options;
  const edges = new Map<string, Map<string, Edge>>();
  let names: WorkloadNames | undefined;
  let refused = 0;

  function placesOf({ name, namespace }: CallEnd): readonly WorkloadPlace[] {
    names ??= workloadNames();
    const places = names.get(name) ?? [];
    return namespace === undefined ? places : places.filter((place) => place.namespace === namespace);
  }

  function callerOf({ caller }: CallSeries, labels: Readonly<Record<string, string>>): WorkloadPlace | undefined {
    if (!caller) {
      const { namespace = "", pod = "" } = labels;
      const workload = workloadOf(namespace, pod)?.workload;
      return workload === undefined ? undefined : { namespace, workload };
    }
    const places = placesOf(caller);
    // The same name in two namespaces: whose calls these are cannot be told.
    return places.length === 1 ? places[0] : undefined;
  }

  /** As the caller would write the host: with the namespace only when it is not his own. */
  function peerOf(peer: CallEnd, caller: WorkloadPlace): string {
    const { namespace } = peer;
    if (namespace !== undefined) return namespace === caller.namespace ? peer.name : `${peer.name}.${namespace}`;
    const places = placesOf(peer);
    const elsewhere =
      places.length === 1 && places[0] && places[0].namespace !== caller.namespace ? places[0] : undefined;
    return elsewhere ? `${peer.name}.${elsewhere.namespace}` : peer.name;
  }

  /** The edge that takes what a source of this rank says; undefined when a better one tells of the same calls. */
  function edgeOf(place: WorkloadPlace, peer: string, rank: number): Edge | undefined {
    const owner = `${place.namespace}/${place.workload}`;
    let own = edges.get(owner);
    if (!own) {
      if (edges.size >= maxWorkloads) {
        refused++;
        return undefined;
      }
      own = new Map();
      edges.set(owner, own);
    }
    const known = own.get(peer);
    if (known && known.rank <= rank) return known.rank === rank ? known : undefined;
    if (!known && own.size >= maxPerWorkload) {
      refused++;
      return undefined;
    }
    const labels = { namespace: place.namespace, workload: place.workload, peer };
    const stream = createRequestStream(clientNames, labels, slots);
    const edge: Edge = { place, peer, stream, rank, timing: Number.POSITIVE_INFINITY };
    own.set(peer, edge);
    return edge;
  }

  return {
    read(series) {
      const call = callOf(series);
      if (!call) return undefined;
      const place = callerOf(call, series.labels);
      if (!place) return "later";
      const peer = peerOf(call.peer, place);
      return {
        counter: true,
        sink(value) {
          const edge = edgeOf(place, peer, call.rank);
          if (edge) add(edge, call.part, value);
        },
      };
    },
    flush(store, now, windowSeconds, measured) {
      names = undefined;
      const nowhere: SeriesStore = { ...store, push: () => undefined };
      for (const [owner, own] of edges) {
        for (const [peer, { place, stream }] of own) {
          const into = measured(place.namespace, place.workload, peer) ? nowhere : store;
          if (!stream.flush(into, now, windowSeconds, false)) own.delete(peer);
        }
        if (own.size === 0) edges.delete(owner);
      }
    },
    get refused() {
      return refused;
    },
  };
}

function add(edge: Edge, part: CallPart, value: number): void {
  const { stream } = edge;
  if (part.kind === "count") stream.count(value, { ...answered, error: part.error });
  else if (part.kind === "failed") stream.failed(value);
  else if (part.timing <= edge.timing) {
    edge.timing = part.timing;
    if (part.kind === "bucket") stream.bucket(part.le, value);
    else if (part.kind === "sum") stream.duration(value * part.scale);
    else stream.durationCount(value);
  }
}
