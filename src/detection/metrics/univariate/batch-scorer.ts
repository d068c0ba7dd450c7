import { createScorer } from "./scorer.ts";

export interface BatchScorer {
  /**
   * Scores one tick of all series. `values[i]` is the new value of series `i`, NaN when it has none (score 0).
   *
   * @param atMs unix time of the tick in milliseconds
   * @param scores receives one score for each series, 0..1
   */
  push(atMs: number, values: ArrayLike<number>, scores: Float64Array): void;
}

/** One independent scorer for each of `series` series; 1 to 6 KiB each, grown as they learn. */
export function createBatchScorer(series: number): BatchScorer {
  const scorers = Array.from({ length: series }, createScorer);
  return {
    push(atMs, values, scores) {
      for (let i = 0; i < series; i++) scores[i] = scorers[i]?.push(atMs, values[i] ?? Number.NaN) ?? 0;
    },
  };
}
