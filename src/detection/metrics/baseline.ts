/**
 * What is normal for one series: order statistics of the points that were admitted as normal, in a ring. Median and MAD do
 * not move with a few outliers (Rousseeuw & Croux 1993); `high` and `low` remember how far harmless peaks went.
 */
export interface Baseline {
  admit(value: number): void;
  readonly count: number;
  readonly median: number;
  /** 1.4826 MAD: the standard deviation, if it were normal. */
  readonly spread: number;
  /** 98th and 2nd percentile. */
  readonly high: number;
  readonly low: number;
}

/** Sorting at every point would cost most of the tick; medians over minutes do not need it. */
const recomputeEvery = 8;

class RobustBaseline implements Baseline {
  readonly #ring: Float64Array;
  #next = 0;
  #count = 0;
  #sinceComputed = recomputeEvery;
  median = Number.NaN;
  spread = Number.NaN;
  high = Number.NaN;
  low = Number.NaN;

  constructor(capacity: number) {
    this.#ring = new Float64Array(capacity);
  }
  get count(): number {
    return this.#count;
  }
  admit(value: number): void {
    this.#ring[this.#next] = value;
    this.#next = (this.#next + 1) % this.#ring.length;
    if (this.#count < this.#ring.length) this.#count++;
    if (++this.#sinceComputed >= recomputeEvery || this.#count < 2 * recomputeEvery) this.#compute();
  }
  #compute(): void {
    this.#sinceComputed = 0;
    const sorted = this.#ring.slice(0, this.#count).sort();
    const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
    const median = at(0.5);
    this.median = median;
    this.high = at(0.98);
    this.low = at(0.02);
    for (let i = 0; i < sorted.length; i++) sorted[i] = Math.abs((sorted[i] ?? 0) - median);
    sorted.sort();
    this.spread = 1.4826 * at(0.5);
  }
}

/** The last `capacity` admitted values; what is read is up to seven values old, and NaN before the first. */
export function createBaseline(capacity = 240): Baseline {
  return new RobustBaseline(capacity);
}
