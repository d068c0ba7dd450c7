/** A straight line through a window, by medians of slopes (Theil 1950, Sen 1968): a third of the points may be wild. */
export interface Trend {
  /** Value per second. */
  readonly slope: number;
  /** Slopes that are steeper than 10 % and 90 % of the pairwise ones over long distances. */
  readonly slow: number;
  readonly fast: number;
  /** Share of rising pairs, 0..1 (Kendall's tau, shifted). */
  readonly rising: number;
  /** Slopes of the first third and of the last third alone. */
  readonly early: number;
  readonly recent: number;
}

function slopesOf(times: readonly number[], values: readonly number[], minGapSeconds: number): number[] {
  const slopes: number[] = [];
  for (let i = 0; i < times.length; i++) {
    for (let j = i + 1; j < times.length; j++) {
      const seconds = ((times[j] ?? 0) - (times[i] ?? 0)) / 1_000;
      if (seconds >= minGapSeconds && seconds > 0) slopes.push(((values[j] ?? 0) - (values[i] ?? 0)) / seconds);
    }
  }
  return slopes.sort((a, b) => a - b);
}

const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;

/** `times` in ms, ascending. At most some 40 points: the work is quadratic. Undefined for fewer than 8. */
export function trendOf(times: readonly number[], values: readonly number[]): Trend | undefined {
  if (times.length < 8) return undefined;
  const spanSeconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1_000;
  const all = slopesOf(times, values, 0);
  const long = slopesOf(times, values, spanSeconds / 3);
  const from = Math.floor((times.length * 2) / 3);
  const until = Math.ceil(times.length / 3);
  const head = slopesOf(times.slice(0, until), values.slice(0, until), 0);
  const tail = slopesOf(times.slice(from), values.slice(from), 0);
  return {
    slope: quantile(long, 0.5),
    slow: quantile(long, 0.1),
    fast: quantile(long, 0.9),
    rising: all.filter((slope) => slope > 0).length / Math.max(1, all.length),
    early: quantile(head, 0.5),
    recent: quantile(tail, 0.5),
  };
}
