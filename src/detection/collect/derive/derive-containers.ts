import type { SeriesStore } from "../../../cluster/series-store.ts";
import type { RawSeries } from "../../../cluster/signal.ts";
import { createPodNetwork, type PodNetwork } from "./derive-network.ts";
import type { Reading } from "./reading.ts";
import { createWindowRate, type WindowRate } from "./window-rate.ts";

export interface ContainerDeriver {
  /** How to read one raw series of the kubelet; undefined when it says nothing that is derived. */
  sinkOf(series: RawSeries): Reading | undefined;
  /** Opens the next slot of every window and forgets who has been silent for long. */
  flush(now: number): void;
  readonly size: number;
}

interface Subject {
  readonly rates: Map<string, WindowRate>;
  readonly gauges: Map<string, number>;
  /** Of a pod. */
  network?: PodNetwork;
  /** Of a node: how full each of its disks was last. */
  disks?: Map<string, { readonly at: number; readonly ratio: number }>;
  lastAt: number;
}

const forgetAfterMs = 10 * 60_000;
const unlimited = 2 ** 60;
/** A summary as old as this has been lost, and the layers of the containers are what is left (ms). */
const summaryHoldsMs = 5 * 60_000;
/** A value that stays the same is told again after this (ms). */
const repeatMs = 28_000;
/** A disk without a sample for so long has been taken out. */
const diskGoneMs = 3 * 60_000;

/**
 * cadvisor rows: those with a container name are containers; `container=""` are a pod's cgroup or its sandbox, of which
 * only the network counters are used; `id="/"` is the node. An ended container repeats its last sample for a while,
 * with its old time, and the caller drops samples that are not newer than the last.
 */
export function createContainerDeriver(store: SeriesStore, slots: number): ContainerDeriver {
  const subjects = new Map<string, Subject>();

  function subject(key: string): Subject {
    let found = subjects.get(key);
    if (!found) {
      found = { rates: new Map(), gauges: new Map(), lastAt: 0 };
      subjects.set(key, found);
    }
    return found;
  }

  function rate(of: Subject, name: string, increase: number, seconds: number): number {
    let found = of.rates.get(name);
    if (!found) {
      found = createWindowRate(slots);
      of.rates.set(name, found);
    }
    return found.add(increase, seconds);
  }

  /** Disks are measured about once a minute: a value that is told again in between says nothing new. */
  function pushMeasured(
    of: Subject,
    name: string,
    labels: Readonly<Record<string, string>>,
    at: number,
    value: number,
  ): void {
    const told = of.gauges.get(`${name}-at`) ?? 0;
    if (value === of.gauges.get(name) && at - told < repeatMs) return;
    of.gauges.set(name, value);
    of.gauges.set(`${name}-at`, at);
    store.push(name, labels, at, value);
  }

  function containerSink(name: string, labels: Readonly<Record<string, string>>, of: Subject): Reading | undefined {
    const ratio = (at: number) => {
      const used = of.gauges.get("memory");
      const limit = of.gauges.get("memory-limit");
      if (used !== undefined && limit !== undefined)
        store.push("container_memory_limit_ratio", labels, at, used / limit);
    };
    switch (name) {
      case "container_cpu_usage_seconds_total":
        return {
          counter: true,
          sink: (value, seconds, at) => store.push("container_cpu_cores", labels, at, rate(of, "cpu", value, seconds)),
        };
      case "container_cpu_cfs_periods_total":
        return { counter: true, sink: (value, seconds) => void rate(of, "periods", value, seconds) };
      case "container_cpu_cfs_throttled_periods_total":
        return {
          counter: true,
          sink: (value, seconds, at) => {
            rate(of, "throttled", value, seconds);
            const periods = of.rates.get("periods")?.increase ?? 0;
            const throttled = of.rates.get("throttled")?.increase ?? 0;
            if (periods > 0) store.push("container_cpu_throttled_ratio", labels, at, Math.min(1, throttled / periods));
          },
        };
      case "container_spec_cpu_quota":
      case "container_spec_cpu_period": {
        const gauge = name.endsWith("quota") ? "quota" : "period";
        return {
          counter: false,
          sink: (value, _seconds, at) => {
            of.gauges.set(gauge, value);
            const quota = of.gauges.get("quota") ?? 0;
            const period = of.gauges.get("period") ?? 0;
            if (gauge === "quota" && quota > 0 && period > 0)
              store.push("container_cpu_limit_cores", labels, at, quota / period);
          },
        };
      }
      case "container_memory_working_set_bytes":
        return {
          counter: false,
          sink: (value, _seconds, at) => {
            // A container that is ending reports 0 for a moment.
            if (value <= 0) return;
            of.gauges.set("memory", value);
            store.push("container_memory_working_set_bytes", labels, at, value);
            ratio(at);
          },
        };
      case "container_spec_memory_limit_bytes":
        return {
          counter: false,
          sink: (value, _seconds, at) => {
            if (value <= 0 || value > unlimited) return;
            of.gauges.set("memory-limit", value);
            store.push("container_memory_limit_bytes", labels, at, value);
          },
        };
      case "container_oom_events_total":
        return {
          counter: true,
          sink: (value, seconds, at) => {
            rate(of, "oom", value, seconds);
            store.push("container_oom_events", labels, at, of.rates.get("oom")?.increase ?? 0);
          },
        };
      case "container_fs_usage_bytes":
      case "kubelet_container_log_filesystem_used_bytes": {
        const part = name.startsWith("container_fs_") ? "layer" : "logs";
        return {
          counter: false,
          sink: (value, _seconds, at) => {
            of.gauges.set(part, value);
            // The kubelet's own sum is better, where it can be had.
            if (part === "layer" && at - (of.gauges.get("summary-at") ?? 0) > summaryHoldsMs)
              pushMeasured(of, "container_ephemeral_bytes", labels, at, value + (of.gauges.get("logs") ?? 0));
          },
        };
      }
      case "kubelet_summary_container_ephemeral_bytes":
        return {
          counter: false,
          sink: (value, _seconds, at) => {
            of.gauges.set("summary-at", at);
            pushMeasured(of, "container_ephemeral_bytes", labels, at, value);
          },
        };
      case "container_processes":
        return {
          counter: false,
          sink: (value, _seconds, at) => void store.push("container_processes", labels, at, value),
        };
      default:
        return undefined;
    }
  }

  /** A node is as full as the fullest of its disks; what lives in memory is none. */
  function diskSink(
    name: string,
    device: string,
    labels: Readonly<Record<string, string>>,
    of: Subject,
  ): Reading | undefined {
    if (!device.startsWith("/dev/") || device === "/dev/shm") return undefined;
    if (name === "container_fs_limit_bytes")
      return { counter: false, sink: (value) => void of.gauges.set(`disk-size ${device}`, value) };
    if (name !== "container_fs_usage_bytes") return undefined;
    return {
      counter: false,
      sink(value, _seconds, at) {
        const size = of.gauges.get(`disk-size ${device}`) ?? 0;
        if (size <= 0) return;
        of.disks ??= new Map();
        of.disks.set(device, { at, ratio: value / size });
        let fullest = 0;
        for (const disk of of.disks.values()) {
          if (at - disk.at < diskGoneMs) fullest = Math.max(fullest, disk.ratio);
        }
        store.push("node_filesystem_ratio", labels, at, fullest);
      },
    };
  }

  function nodeSink(
    name: string,
    raw: Readonly<Record<string, string>>,
    labels: Readonly<Record<string, string>>,
    of: Subject,
  ): Reading | undefined {
    const gauge = (key: string) => ({ counter: false, sink: (value: number) => void of.gauges.set(key, value) });
    const share = (derived: string, whole: string) => ({
      counter: false,
      sink: (value: number, _seconds: number, at: number) => {
        const total = of.gauges.get(whole) ?? 0;
        if (total > 0) store.push(derived, labels, at, value / total);
      },
    });
    if (name === "machine_cpu_cores") return gauge("cores");
    if (name === "machine_memory_bytes") return gauge("memory");
    const { device } = raw;
    if (name.startsWith("container_fs_")) return device === undefined ? undefined : diskSink(name, device, labels, of);
    if (name === "container_memory_working_set_bytes") return share("node_memory_ratio", "memory");
    if (name === "container_cpu_usage_seconds_total") {
      return {
        counter: true,
        sink: (value, seconds, at) => {
          const cores = rate(of, "cpu", value, seconds);
          const total = of.gauges.get("cores") ?? 0;
          if (total > 0) store.push("node_cpu_ratio", labels, at, Math.min(1, cores / total));
        },
      };
    }
    return undefined;
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

  function volumeSink(name: string, labels: Readonly<Record<string, string>>, of: Subject): Reading | undefined {
    const part = /^kubelet_volume_stats_(used|capacity)_bytes$/.exec(name)?.[1];
    if (part === undefined) return undefined;
    return {
      counter: false,
      sink: (value, _seconds, at) => {
        // The capacity comes first, of the same scrape; with the usage of the scrape before it would be one too old.
        if (part === "capacity") return void of.gauges.set(part, value);
        const capacity = of.gauges.get("capacity") ?? 0;
        if (capacity > 0) store.push("volume_used_ratio", labels, at, value / capacity);
      },
    };
  }

  /** A pod's local storage as a whole, or one of its volumes. */
  function localSink(
    name: string,
    pod: Readonly<Record<"namespace" | "pod", string>>,
    volume: string | undefined,
  ): Reading | undefined {
    const whole = name === "kubelet_summary_pod_ephemeral_bytes";
    if (!whole && (name !== "kubelet_summary_volume_bytes" || volume === undefined)) return undefined;
    const labels = whole || volume === undefined ? pod : { ...pod, volume };
    const derived = whole ? "pod_ephemeral_bytes" : "pod_volume_bytes";
    return { counter: false, sink: (value, _seconds, at) => void store.push(derived, labels, at, value) };
  }

  return {
    sinkOf({ name, labels }) {
      if (name.startsWith("kubelet_volume_stats_")) {
        const { namespace, persistentvolumeclaim: claim } = labels;
        if (!namespace || !claim) return undefined;
        const key = `volume/${namespace}/${claim}`;
        const of = subject(key);
        const made = volumeSink(name, { namespace, claim }, of);
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
        made = nodeSink(name, labels, { node }, of);
      } else if (namespace && pod && local && !container) {
        const { volume } = labels;
        key = `local/${namespace}/${pod}/${volume ?? ""}`;
        of = subject(key);
        made = localSink(name, { namespace, pod }, volume);
      } else if (namespace && pod && container && container !== "POD") {
        key = `container/${namespace}/${pod}/${container}`;
        of = subject(key);
        made = containerSink(name, { namespace, pod, container }, of);
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
