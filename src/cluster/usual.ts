import type { Series, SeriesStore } from "./series-store.ts";

/** The stretch that shows what is usual, and the time before now that may already be part of the change (ms). */
const usualMs = 30 * 60_000;
const changingMs = 3 * 60_000;
/** Fewer points say nothing about what is usual. */
const leastPoints = 8;

/** The median of a series before it may have changed; undefined while that is not known. */
export function usualOf(series: Series, store: SeriesStore, now: number): number | undefined {
  const past = store.window(series, now - usualMs, now - changingMs).map(({ value }) => value);
  if (past.length < leastPoints) return undefined;
  return past.sort((a, b) => a - b)[past.length >> 1];
}

/** What a series shows now as a share of its own usual; undefined while that is not known, or nothing is usual. */
export function shareOfUsual(series: Series, store: SeriesStore, now: number): number | undefined {
  const usual = usualOf(series, store, now);
  return usual !== undefined && usual > 0 ? series.last / usual : undefined;
}
