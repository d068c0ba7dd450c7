import type { SeriesStore } from "../../../cluster/series-store.ts";
import type { Reading } from "./reading.ts";
import type { Subject } from "./subject.ts";

/** What the kubelet tells of a volume that its fullness is read from. */
export const volumeStats = /^kubelet_volume_stats_(?:(used|capacity)_bytes|inodes(_used)?)$/;

/** How full a claim is: when there is no inode left for the next file, it is as full as when there is no byte. */
export function volumeSink(
  store: SeriesStore,
  name: string,
  labels: Readonly<Record<string, string>>,
  of: Subject,
): Reading | undefined {
  if (!volumeStats.test(name)) return undefined;
  if (name !== "kubelet_volume_stats_used_bytes")
    return { counter: false, sink: (value) => void of.gauges.set(name, value) };
  // What the use is of comes first, of the same scrape; with the usage of the scrape before it would be one too old.
  const gauge = (part: string) => of.gauges.get(`kubelet_volume_stats_${part}`) ?? 0;
  return {
    counter: false,
    sink: (value, _seconds, at) => {
      const [capacity, inodes] = [gauge("capacity_bytes"), gauge("inodes")];
      // File systems that make inodes as they need them tell of none.
      const ofInodes = inodes > 0 ? gauge("inodes_used") / inodes : 0;
      if (capacity > 0) store.push("volume_used_ratio", labels, at, Math.max(value / capacity, ofInodes));
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
