import { createWindowSum } from "./window-sum.ts";

/** A sum of increases over a sum of seconds: the kubelet's own sample times are irregular, scrape times are not theirs. */
export interface WindowRate {
  /** @returns the rate per second with it */
  add(increase: number, seconds: number): number;
  advance(): void;
  /** Of the whole window. */
  readonly increase: number;
  readonly perSecond: number;
  /** Whether nothing was measured in the whole window. */
  readonly empty: boolean;
}

/**
 * `slots`: how many calls of `advance` an increase stays in the window. 0 per second while nothing was measured; see
 * `empty`.
 */
export function createWindowRate(slots: number): WindowRate {
  const increases = createWindowSum(slots);
  const durations = createWindowSum(slots);
  const perSecond = () => (durations.sum > 0 ? increases.sum / durations.sum : 0);
  return {
    add(increase, seconds) {
      increases.add(increase);
      durations.add(seconds);
      return perSecond();
    },
    advance() {
      increases.advance();
      durations.advance();
    },
    get increase() {
      return increases.sum;
    },
    get perSecond() {
      return perSecond();
    },
    get empty() {
      return durations.sum === 0;
    },
  };
}
