import type { SeriesStore } from "../../../cluster/series-store.ts";
import type { Reading } from "./reading.ts";
import { createWindowRate, type WindowRate } from "./window-rate.ts";

export interface PodNetwork {
  /** How to read one counter of one interface; undefined when nothing is derived from it. */
  sinkOf(metric: string, nic: string): Reading | undefined;
  /** Writes what has news, then opens the next slot of every window. */
  flush(): void;
}

const counters = /^container_network_(receive|transmit)_(bytes|errors|packets_dropped)_total$/;

function derivedOf(direction: string, what: string): string {
  if (what === "bytes") return `pod_network_${direction}_bytes_per_second`;
  return what === "errors" ? "pod_network_errors_per_second" : "pod_network_drops_per_second";
}

/** The traffic of one pod. It is the sum over interfaces, so it is written only when the whole scrape has been taken. */
export function createPodNetwork(
  store: SeriesStore,
  slots: number,
  labels: Readonly<Record<string, string>>,
): PodNetwork {
  /** By derived series, then by direction and interface. */
  const rates = new Map<string, Map<string, WindowRate>>();
  const newsAt = new Map<string, number>();

  return {
    sinkOf(metric, nic) {
      const [, direction, what] = counters.exec(metric) ?? [];
      if (direction === undefined || what === undefined) return undefined;
      const derived = derivedOf(direction, what);
      const key = `${direction}/${nic}`;
      return {
        counter: true,
        sink(increase, seconds, at) {
          const family = rates.get(derived) ?? new Map<string, WindowRate>();
          rates.set(derived, family);
          const rate = family.get(key) ?? createWindowRate(slots);
          family.set(key, rate);
          rate.add(increase, seconds);
          newsAt.set(derived, Math.max(at, newsAt.get(derived) ?? 0));
        },
      };
    },
    flush() {
      for (const [derived, at] of newsAt) {
        let total = 0;
        for (const rate of rates.get(derived)?.values() ?? []) total += rate.perSecond;
        store.push(derived, labels, at, total);
      }
      newsAt.clear();
      for (const family of rates.values()) {
        for (const [key, rate] of family) {
          rate.advance();
          // Interfaces of a host-network pod come and go with every other pod of the node.
          if (rate.empty) family.delete(key);
        }
      }
    },
  };
}
