import type { RawSeries } from "../../../cluster/signal.ts";

/** The series of one target, each the same object every time, bounded in number. */
export interface SeriesTable {
  /** One that is known; it counts as told at this time (ms). */
  find(key: string, at: number): RawSeries | undefined;
  /** Takes a new one in; false when there is no place, also after those that are not told any more have given way. */
  add(key: string, series: RawSeries, at: number): boolean;
}

/**
 * A page that leaves a series out this long has given it up: the pods of a node come and go, and their series with them. As
 * long as it is kept it must stay the same object, or its counter would seem to begin anew.
 */
const keptMs = 15 * 60_000;

/** Refuses what exceeds `maxSeries` rather than forgetting what is still told; makes room once a minute at most. */
export function createSeriesTable(maxSeries: number): SeriesTable {
  const known = new Map<string, { readonly series: RawSeries; toldAt: number }>();
  let sweptAt = Number.NEGATIVE_INFINITY;

  function sweep(at: number): void {
    if (at - sweptAt < 60_000) return;
    sweptAt = at;
    for (const [key, { toldAt }] of known) if (at - toldAt > keptMs) known.delete(key);
  }

  return {
    find(key, at) {
      const found = known.get(key);
      if (!found) return undefined;
      found.toldAt = at;
      return found.series;
    },
    add(key, series, at) {
      if (known.size >= maxSeries) sweep(at);
      if (known.size >= maxSeries) return false;
      known.set(key, { series, toldAt: at });
      return true;
    },
  };
}
