import type { SeriesStore } from "../../../cluster/series-store.ts";
import type { RawSeries } from "../../../cluster/signal.ts";
import { containerSink } from "./container-sink.ts";
import { createPodNetwork } from "./derive-network.ts";
import { nodeSink } from "./node-sink.ts";
import type { Reading } from "./reading.ts";
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
 * cadvisor rows: those with a container name are containers; `container=""` are a pod's cgroup or its sandbox, of which
 * only the network counters are used; `id="/"` is the node. An ended container repeats its last sample for a while,
 * with its old time, and the caller drops samples that are not newer than the last.
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
  function kept(key: string, of: Subject, { counter, sink }: Reading): Reading {
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
    sinkOf({ name, labels }) {
      if (name.startsWith("kubelet_volume_stats_")) {
        const { namespace, persistentvolumeclaim: claim } = labels;
        if (!namespace || !claim) return undefined;
        const key = `volume/${namespace}/${claim}`;
        const of = subject(key);
        const made = volumeSink(store, name, { namespace, claim }, of);
        return made && kept(key, of, made);
      }
      const machine = name.startsWith("machine_");
      const local = name.startsWith("kubelet_summary_") || name === "kubelet_container_log_filesystem_used_bytes";
      if (!machine && !local && !name.startsWith("container_")) return undefined;
      const { namespace, pod, container, interface: nic } = labels;
      let key: string;
      let made: Reading | undefined;
      let of: Subject;
      if (machine || labels.id === "/") {
        const node = labels.node ?? labels.instance ?? "node";
        key = `node/${node}`;
        of = subject(key);
        made = nodeSink(store, name, labels, { node }, of, () => nodeStorage(node));
      } else if (namespace && pod && local && !container) {
        const { volume } = labels;
        key = `local/${namespace}/${pod}/${volume ?? ""}`;
        of = subject(key);
        made = localSink(store, name, { namespace, pod }, volume);
      } else if (namespace && pod && container && container !== "POD") {
        key = `container/${namespace}/${pod}/${container}`;
        of = subject(key);
        made = containerSink(store, name, { namespace, pod, container }, of);
      } else if (namespace && pod && nic !== undefined && nic !== "lo") {
        key = `pod/${namespace}/${pod}`;
        of = subject(key);
        of.network ??= createPodNetwork(store, slots, { namespace, pod });
        made = of.network.sinkOf(name, nic);
      } else return undefined;
      return made && kept(key, of, made);
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
