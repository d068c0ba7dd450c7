/** A range of a native histogram: values up to `upper`, and how many of them, those below its lower bound left out. */
export interface NativeBucket {
  readonly upper: number;
  readonly count: number;
}

/** Bounds of classic buckets: each is 2^(1/2) times the one before, from 61 us to nine hours when the unit is a second. */
const smallest = -28;
const largest = 30;

const boundAt = (step: number) => 2 ** (step / 2);

/**
 * Cumulative classic buckets of a native histogram, whose ranges may be finer and differ from pod to pod: bounds that all of them
 * share, so that they can be added up and there are never more than 60. Quantiles between them are off by the width of a
 * bucket at most, 41 %, as a rule by less than half of it. No bucket between the first and the last is left out.
 *
 * @param buckets in the order of their bounds, as the query API tells them
 * (https://prometheus.io/docs/prometheus/latest/querying/api/#native-histograms)
 * @param unit seconds that a value of 1 stands for
 */
export function classicBuckets(
  buckets: readonly NativeBucket[],
  count: number,
  unit: number,
): { readonly le: string; readonly count: number }[] {
  const inside = new Map<number, number>();
  for (const bucket of buckets) {
    const seconds = bucket.upper * unit;
    // Bounds of native buckets are powers of 2 themselves; rounding must not lift them into the next.
    const step = seconds > 0 ? Math.ceil(2 * Math.log2(seconds) - 1e-6) : smallest;
    const kept = Math.max(smallest, step);
    if (kept <= largest) inside.set(kept, (inside.get(kept) ?? 0) + bucket.count);
  }
  const found: { le: string; count: number }[] = [];
  if (inside.size > 0) {
    let below = 0;
    const last = Math.max(...inside.keys());
    for (let step = Math.max(smallest, Math.min(...inside.keys()) - 1); step <= last; step++) {
      below += inside.get(step) ?? 0;
      found.push({ le: String(boundAt(step) / unit), count: below });
    }
  }
  return [...found, { le: "+Inf", count }];
}
