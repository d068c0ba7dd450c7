import type { RowWindow } from "../score.ts";

/** A series with the rows at which something happened that a person would point at. */
export interface MadeSeries {
  readonly name: string;
  readonly atMs: readonly number[];
  readonly values: readonly number[];
  readonly windows: readonly RowWindow[];
}

/**
 * Windows as the benchmark draws them (Lavin & Ahmad 2015): a tenth of the series, shared among its anomalies, each
 * window centred on its anomaly; windows that touch become one.
 */
export function windowsAround(rows: number, anomalies: readonly number[]): readonly RowWindow[] {
  if (anomalies.length === 0) return [];
  const half = Math.floor((0.1 * rows) / anomalies.length / 2);
  const windows: { first: number; last: number }[] = [];
  for (const at of [...anomalies].sort((a, b) => a - b)) {
    const first = Math.max(0, at - half);
    const last = Math.min(rows - 1, at + half);
    const before = windows.at(-1);
    if (before && first <= before.last) before.last = last;
    else windows.push({ first, last });
  }
  return windows;
}

/** Hours since midnight, and whether it is Saturday or Sunday, in UTC. */
export function timeOfDay(atMs: number): { readonly hour: number; readonly isWeekend: boolean } {
  const at = new Date(atMs);
  return { hour: at.getUTCHours() + at.getUTCMinutes() / 60, isWeekend: at.getUTCDay() % 6 === 0 };
}

/** 0..1, with its peak at `peakHour` and a bell of about `width` hours around it. */
export function bell(hour: number, peakHour: number, width: number): number {
  const away = Math.abs(hour - peakHour);
  return Math.exp(-((Math.min(away, 24 - away) / width) ** 2));
}

/** `count` moments between two shares of the series, at least `apart` rows from each other. */
export function moments(
  rows: number,
  count: number,
  apart: number,
  between: (low: number, high: number) => number,
): readonly number[] {
  const chosen: number[] = [];
  for (let tries = 0; chosen.length < count && tries < 1_000; tries++) {
    const at = Math.floor(between(0.2, 0.95) * rows);
    if (chosen.every((other) => Math.abs(other - at) >= apart)) chosen.push(at);
  }
  return chosen;
}
