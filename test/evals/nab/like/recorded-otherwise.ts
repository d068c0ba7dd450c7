import type { RowWindow } from "../score.ts";
import { drawnFrom } from "./drawn.ts";
import type { MadeSeries } from "./made-series.ts";

export interface Otherwise {
  readonly name: string;
  readonly change: (series: MadeSeries, seed: number) => MadeSeries;
}

/** Ways in which the same series could have been recorded instead; what is an anomaly in it stays one. */
export const otherwise: readonly Otherwise[] = [
  { name: "in another unit (a thousandth)", change: (series) => withValues(series, (value) => value / 1_000) },
  { name: "on top of ten times as much", change: (series) => withValues(series, addTo(series)) },
  { name: "with noise, 2 % of its deviation", change: noisy },
  { name: "rounded to two digits", change: (series) => withValues(series, (value) => Number(value.toPrecision(2))) },
  { name: "every second row", change: (series) => withRows(series, (row) => row % 2 === 0) },
  { name: "3 % of the rows lost", change: lossy },
  { name: "begun a twentieth later", change: (series) => withRows(series, (row) => row >= series.values.length / 20) },
  { name: "on a clock seven hours ahead", change: (series) => withTimes(series, (atMs) => atMs + 25_200_000) },
  { name: "at a fifth of the interval", change: (series) => withTimes(series, (atMs) => atMs / 5) },
];

function withValues(series: MadeSeries, change: (value: number) => number): MadeSeries {
  return { ...series, values: series.values.map(change) };
}

function withTimes(series: MadeSeries, change: (atMs: number) => number): MadeSeries {
  return { ...series, atMs: series.atMs.map(change) };
}

function addTo(series: MadeSeries): (value: number) => number {
  const mean = series.values.reduce((sum, value) => sum + value, 0) / series.values.length;
  return (value) => value + 10 * Math.abs(mean);
}

function noisy(series: MadeSeries, seed: number): MadeSeries {
  const drawn = drawnFrom(seed);
  const mean = series.values.reduce((sum, value) => sum + value, 0) / series.values.length;
  const variance = series.values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / series.values.length;
  return withValues(series, (value) => value + 0.02 * Math.sqrt(variance) * drawn.normal());
}

function lossy(series: MadeSeries, seed: number): MadeSeries {
  const drawn = drawnFrom(seed);
  return withRows(series, () => !drawn.chance(0.03));
}

/** Rows that are kept, with each window from its first kept row to its last. */
function withRows(series: MadeSeries, keep: (row: number) => boolean): MadeSeries {
  const kept = series.values.flatMap((_, row) => (keep(row) ? [row] : []));
  const windows: RowWindow[] = series.windows.map(({ first, last }) => ({
    first: kept.findIndex((row) => row >= first),
    last: kept.findLastIndex((row) => row <= last),
  }));
  return {
    name: series.name,
    atMs: kept.map((row) => series.atMs[row] as number),
    values: kept.map((row) => series.values[row] as number),
    windows: windows.filter(({ first, last }) => first >= 0 && first <= last),
  };
}
