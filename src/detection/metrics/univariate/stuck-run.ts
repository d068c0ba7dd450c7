/** How long the value has not changed at all, and the longest such run before. */
export interface StuckRun {
  previous: number;
  run: number;
  longest: number;
}

/** Two hours of five-minute samples: shorter pauses are common in any slow or rounded quantity. */
const fewestRows = 24;

/** Before the first row. */
export function createStuckRun(): StuckRun {
  return { previous: Number.NaN, run: 0, longest: 0 };
}

/**
 * True while a value that normally moves stands still: unchanged for at least two hours of samples and more than twice
 * as long as ever before, during less than half of the history. Resting near an end of the range (`low`..`high`) is
 * idleness or saturation, which other evidence covers, and does not count.
 */
export function isStuck(state: StuckRun, value: number, rows: number, low: number, high: number): boolean {
  if (value !== state.previous) {
    state.longest = Math.max(state.longest, state.run);
    state.run = 0;
    state.previous = value;
    return false;
  }
  state.run++;
  const margin = 0.05 * (high - low);
  const isInside = value > low + margin && value < high - margin;
  return isInside && state.run >= fewestRows && state.run > 2 * state.longest && 2 * state.run < rows;
}
