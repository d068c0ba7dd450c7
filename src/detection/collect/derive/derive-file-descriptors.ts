import type { SeriesStore } from "../../../cluster/series-store.ts";
import type { Reading } from "./reading.ts";

interface PodLabels extends Readonly<Record<string, string>> {
  readonly namespace: string;
  readonly workload: string;
  readonly pod: string;
}

/** Pods remembered; starting over costs one point a pod. */
const maxPods = 50_000;
/** Without a limit worth the name, a share of it says nothing. */
const unlimited = 2 ** 40;

/** Share of its file descriptors that a process has open, from the two gauges that Prometheus client libraries expose. */
export function createFileDescriptors(store: SeriesStore): (what: "open" | "max", labels: PodLabels) => Reading {
  const limits = new Map<string, number>();
  return (what, labels) => {
    const key = `${labels.namespace}/${labels.pod}`;
    return {
      counter: false,
      sink(value, _seconds, at) {
        if (what === "max") {
          if (limits.size >= maxPods) limits.clear();
          limits.set(key, value);
          return;
        }
        const limit = limits.get(key) ?? 0;
        if (limit > 0 && limit < unlimited) store.push("open_fds_ratio", labels, at, value / limit);
      },
    };
  };
}
