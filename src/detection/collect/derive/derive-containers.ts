import type { SeriesStore } from "../../../cluster/series-store.ts";
import type { RawSeries } from "../../../cluster/signal.ts";
import { containerSink } from "./container-sink.ts";
import { createPodNetwork } from "./derive-network.ts";
import { nodeSink } from "./node-sink.ts";
import type { Reading } from "./reading.ts";
import { rowOwner } from "./row-owner.ts";
import { localSink, volumeSink } from "./storage-sink.ts";
import { createSubject, type Subject } from "./subject.ts";

export interface ContainerDeriver {
  /** How to read one raw series of the kubelet; undefined when it says nothing that is derived. */
  sinkOf(series: RawSeries): Reading | undefined;
  /** Opens the next slot of every window and forgets who has been silent for long. */
  flush(now: number): void;
  readonly size: number;
}

const forgetAfterMs = 10 * 60_000;

/**
 * Derives what containers, pods, nodes and volumes use. An ended container repeats its last sample for a while, with its old
 * time, and the caller drops samples that are not newer than the last.
 */
export function createContainerDeriver(
  store: SeriesStore,
  slots: number,
  nodeStorage: (node: string) => number | undefined = () => undefined,
): ContainerDeriver {
  const subjects = new Map<string, Subject>();

  function subject(key: string): Subject {
    let found = subjects.get(key);
    if (!found) {
      found = createSubject(slots);
      subjects.set(key, found);
    }
    return found;
  }

  /** Its samples keep the subject alive, and bring it back when it was forgotten while its raw series slept. */
  function reading(key: string, make: (of: Subject) => Reading | undefined): Reading | undefined {
    const of = subject(key);
    const made = make(of);
    if (!made) return undefined;
    const { counter, sink } = made;
    return {
      counter,
      sink: (value, seconds, at) => {
        if (!subjects.has(key)) subjects.set(key, of);
        of.lastAt = Math.max(of.lastAt, at);
        sink(value, seconds, at);
      },
    };
  }

  return {
    sinkOf(series) {
      const { name, labels } = series;
      const owner = rowOwner(series);
      switch (owner?.of) {
        case "volume": {
          const { namespace, claim } = owner;
          return reading(`volume/${namespace}/${claim}`, (of) => volumeSink(store, name, { namespace, claim }, of));
        }
        case "node": {
          const { node } = owner;
          return reading(`node/${node}`, (of) => nodeSink(store, name, labels, { node }, of, () => nodeStorage(node)));
        }
        case "local": {
          const { namespace, pod, volume } = owner;
          return reading(`local/${namespace}/${pod}/${volume ?? ""}`, () =>
            localSink(store, name, { namespace, pod }, volume),
          );
        }
        case "container": {
          const { namespace, pod, container } = owner;
          return reading(`container/${namespace}/${pod}/${container}`, (of) =>
            containerSink(store, name, { namespace, pod, container }, of),
          );
        }
        case "network": {
          const { namespace, pod, nic } = owner;
          return reading(`pod/${namespace}/${pod}`, (of) => {
            of.network ??= createPodNetwork(store, slots, { namespace, pod });
            return of.network.sinkOf(name, nic);
          });
        }
        default:
          return undefined;
      }
    },
    flush(now) {
      for (const [key, of] of subjects) {
        if (now - of.lastAt > forgetAfterMs && of.lastAt > 0) subjects.delete(key);
        else {
          of.network?.flush();
          for (const window of of.rates.values()) window.advance();
        }
      }
    },
    get size() {
      return subjects.size;
    },
  };
}
