import type { PodNetwork } from "./derive-network.ts";
import { createWindowRate, type WindowRate } from "./window-rate.ts";

/** What is remembered of a container, a pod, a node or a volume from one sample to the next. */
export interface Subject {
  readonly rates: Map<string, WindowRate>;
  readonly gauges: Map<string, number>;
  /** Of a pod. */
  network?: PodNetwork;
  /** Of a node: how full each of its disks was last. */
  disks?: Map<string, { readonly at: number; readonly size: number; readonly ratio: number }>;
  lastAt: number;
  /** Takes the increase of a counter, and returns its rate over the window. */
  rateOf(name: string, increase: number, seconds: number): number;
}

/** `slots`: ticks of the window of rates. */
export function createSubject(slots: number): Subject {
  const rates = new Map<string, WindowRate>();
  return {
    rates,
    gauges: new Map(),
    lastAt: 0,
    rateOf(name, increase, seconds) {
      let found = rates.get(name);
      if (!found) {
        found = createWindowRate(slots);
        rates.set(name, found);
      }
      return found.add(increase, seconds);
    },
  };
}
