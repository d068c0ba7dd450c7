import type { Series } from "./neutral-case.ts";

/** Linear interpolation between order statistics; NaN for no values. */
export function quantile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}

/** The mean of the middle two of an even number of values; NaN for none. */
export const median = (values: ArrayLike<number>): number => quantile(values, 0.5);

/** Values of the samples with `from <= time < to`. */
export function valuesBetween(series: Series | undefined, from: number, to: number): number[] {
  const values: number[] = [];
  series?.times.forEach((time, i) => {
    if (time >= from && time < to) values.push(series.values[i] ?? 0);
  });
  return values;
}

/** 0 for none; NaN when one is. */
export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** The most that at least two samples reached: one sample alone may be the noise of one scrape. 0 for none. */
export function heldByTwo(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => b - a);
  return sorted[1] ?? sorted[0] ?? 0;
}
