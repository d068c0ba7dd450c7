import type { SeriesStore } from "../../../cluster/series-store.ts";
import { createWindowSum, type WindowSum } from "./window-sum.ts";

type Labels = Readonly<Record<string, string>>;

/** What became of requests, as far as their status tells. */
export interface Answer {
  readonly error: boolean;
  /** Answered with 4xx. */
  readonly rejected: boolean;
  readonly hasStatus: boolean;
}

/** The increments of all raw series that describe one stream of requests: a workload's, a route's, a pod's, a peer's. */
export interface RequestStream {
  count(increase: number, answer: Answer): void;
  /** Failures that a counter of their own tells; the requests are counted elsewhere. */
  failed(increase: number): void;
  duration(seconds: number): void;
  durationCount(increase: number): void;
  bucket(leSeconds: number, increase: number): void;
  /**
   * Writes the derived points of this tick and opens the next slot. `alive`: its workload has been scraped, so that
   * counters that are missing have not been made yet and stand at zero. False when it has been silent for long.
   */
  flush(series: SeriesStore, now: number, windowSeconds: number, alive: boolean): boolean;
}

/** Names of the derived series of one kind of stream; absent ones are not written. */
export interface StreamNames {
  readonly rate: string;
  readonly errors?: string;
  readonly rejected?: string;
  readonly errorRatio: string;
  readonly mean: string;
  readonly p50?: string;
  readonly p95?: string;
}

/**
 * Linear interpolation inside the bucket that holds the rank, as PromQL's histogram_quantile does
 * (https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile). `buckets` are cumulative counts.
 */
export function histogramQuantile(q: number, buckets: readonly (readonly [le: number, count: number])[]): number {
  const sorted = [...buckets].sort((a, b) => a[0] - b[0]);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total <= 0 || sorted.at(-1)?.[0] !== Number.POSITIVE_INFINITY) return Number.NaN;
  const rank = q * total;
  let below = 0;
  let lower = 0;
  for (const [le, count] of sorted) {
    // Scrapes of several pods are not simultaneous, so cumulative counts may dip a little.
    const cumulative = Math.max(count, below);
    if (cumulative >= rank) {
      if (le === Number.POSITIVE_INFINITY) return lower;
      return cumulative === below ? le : lower + ((le - lower) * (rank - below)) / (cumulative - below);
    }
    below = cumulative;
    lower = le;
  }
  return lower;
}

/** Ticks for which a stream whose counters are gone is still written as zero. */
const idleTicks = 120;
/** Ticks of silence after which a stream is forgotten. */
const forgetAfterTicks = 480;

/**
 * `slots`: ticks of the window of all rates and shares. At most 60 buckets; a histogram whose `+Inf` finds no place
 * gives no quantiles.
 */
export function createRequestStream(names: StreamNames, labels: Labels, slots: number): RequestStream {
  const requests = createWindowSum(slots);
  const errors = createWindowSum(slots);
  const rejections = createWindowSum(slots);
  const seconds = createWindowSum(slots);
  const timed = createWindowSum(slots);
  const buckets = new Map<number, WindowSum>();
  let statusSeen = false;
  let silentTicks = 0;

  return {
    count(increase, { error, rejected, hasStatus }) {
      if (hasStatus) statusSeen = true;
      requests.add(increase);
      if (error) errors.add(increase);
      if (rejected) rejections.add(increase);
    },
    failed(increase) {
      statusSeen = true;
      errors.add(increase);
    },
    duration: (value) => seconds.add(value),
    durationCount: (increase) => timed.add(increase),
    bucket(le, increase) {
      let bucket = buckets.get(le);
      if (!bucket) {
        // Native client libraries use 10 to 20; a hostile target could send millions.
        if (buckets.size >= 60) return;
        bucket = createWindowSum(slots);
        buckets.set(le, bucket);
      }
      bucket.add(increase);
    },
    flush(store, now, windowSeconds, alive) {
      const push = (name: string | undefined, value: number) => {
        if (name !== undefined && Number.isFinite(value)) store.push(name, labels, now, value);
      };
      silentTicks = requests.fresh || timed.fresh ? 0 : silentTicks + 1;
      if (requests.fresh) {
        const covered = (windowSeconds * requests.filled) / slots;
        const total = requests.sum;
        push(names.rate, total / covered);
        if (statusSeen) {
          push(names.errors, errors.sum / covered);
          push(names.rejected, rejections.sum / covered);
          if (total > 0) push(names.errorRatio, Math.min(1, errors.sum / total));
        }
      }
      if (!requests.fresh && alive && silentTicks < idleTicks) {
        push(names.rate, 0);
        if (statusSeen) push(names.errors, 0);
        if (statusSeen) push(names.rejected, 0);
      }
      if (timed.fresh && timed.sum > 0) {
        push(names.mean, seconds.sum / timed.sum);
        if (names.p95 !== undefined && buckets.size > 0) {
          const counts = [...buckets].map(([le, window]) => [le, window.sum] as const);
          push(names.p50, histogramQuantile(0.5, counts));
          push(names.p95, histogramQuantile(0.95, counts));
        }
      }
      for (const window of [requests, errors, rejections, seconds, timed, ...buckets.values()]) window.advance();
      return silentTicks < forgetAfterTicks;
    },
  };
}
