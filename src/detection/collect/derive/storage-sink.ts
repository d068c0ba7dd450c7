import type { SeriesStore } from "../../../cluster/series-store.ts";
import type { Reading } from "./reading.ts";
import type { Subject } from "./subject.ts";

/** How full a claim is. */
export function volumeSink(
  store: SeriesStore,
  name: string,
  labels: Readonly<Record<string, string>>,
  of: Subject,
): Reading | undefined {
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
export function localSink(
  store: SeriesStore,
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
