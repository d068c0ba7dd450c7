import type { SeriesStore } from "../../../cluster/series-store.ts";
import type { Reading } from "./reading.ts";
import type { Subject } from "./subject.ts";

const unlimited = 2 ** 60;
/** A summary as old as this has been lost, and the layers of the containers are what is left (ms). */
const summaryHoldsMs = 5 * 60_000;
/** A value that stays the same is told again after this (ms). */
const repeatMs = 28_000;

/** Disks are measured about once a minute: a value that is told again in between says nothing new. */
function pushMeasured(
  store: SeriesStore,
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

/** How to read a cadvisor row, or a row of the kubelet's summary, of one container. */
export function containerSink(
  store: SeriesStore,
  name: string,
  labels: Readonly<Record<string, string>>,
  of: Subject,
): Reading | undefined {
  const ratio = (at: number) => {
    const used = of.gauges.get("memory");
    const limit = of.gauges.get("memory-limit");
    if (used !== undefined && limit !== undefined) store.push("container_memory_limit_ratio", labels, at, used / limit);
  };
  switch (name) {
    case "container_cpu_usage_seconds_total":
      return {
        counter: true,
        sink: (value, seconds, at) => store.push("container_cpu_cores", labels, at, of.rateOf("cpu", value, seconds)),
      };
    case "container_cpu_cfs_periods_total":
      return { counter: true, sink: (value, seconds) => void of.rateOf("periods", value, seconds) };
    case "container_cpu_cfs_throttled_periods_total":
      return {
        counter: true,
        sink: (value, seconds, at) => {
          of.rateOf("throttled", value, seconds);
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
    case "container_memory_rss":
      return {
        counter: false,
        sink: (value, _seconds, at) => {
          if (value > 0) store.push("container_memory_anonymous_bytes", labels, at, value);
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
          of.rateOf("oom", value, seconds);
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
            pushMeasured(store, of, "container_ephemeral_bytes", labels, at, value + (of.gauges.get("logs") ?? 0));
        },
      };
    }
    case "kubelet_summary_container_ephemeral_bytes":
      return {
        counter: false,
        sink: (value, _seconds, at) => {
          of.gauges.set("summary-at", at);
          pushMeasured(store, of, "container_ephemeral_bytes", labels, at, value);
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
