/** What the time stamp of a row says compared with the rows before it. */
export type TimeStep = "regular" | "gap" | "duplicate" | "late" | "clock-jump";

export interface SeriesClock {
  /** Latest time of the current run, NaN before the first row. */
  latestMs: number;
  /** Ordinary distance of two rows, NaN before the second row. */
  stepMs: number;
}

/** More than three ordinary steps without a row is missing data; one or two are the jitter of any scraper. */
const gapSteps = 3;
/** Up to ten steps back is a row that arrived late; further back the clock was set, and time goes on from there. */
const lateSteps = 10;
/** A forward step of a day and of a thousand ordinary steps is no gap of a running source but another clock. */
const jumpSteps = 1000;
const dayMs = 86_400_000;

/** Before the first row; the first distance between two rows is taken for the ordinary one. */
export function createSeriesClock(): SeriesClock {
  return { latestMs: Number.NaN, stepMs: Number.NaN };
}

/** Classifies one time stamp (unix ms) and moves the clock on. */
export function observeTime(clock: SeriesClock, atMs: number): TimeStep {
  const distanceMs = atMs - clock.latestMs;
  if (Number.isNaN(distanceMs)) {
    clock.latestMs = atMs;
    return "regular";
  }
  if (distanceMs === 0) return "duplicate";
  if (distanceMs < 0) {
    if (-distanceMs <= lateSteps * clock.stepMs) return "late";
    clock.latestMs = atMs;
    return "clock-jump";
  }
  clock.latestMs = atMs;
  if (Number.isNaN(clock.stepMs)) {
    clock.stepMs = distanceMs;
    return "regular";
  }
  const steps = distanceMs / clock.stepMs;
  clock.stepMs += 0.1 * (Math.min(distanceMs, gapSteps * clock.stepMs) - clock.stepMs);
  if (steps > jumpSteps && distanceMs > dayMs) return "clock-jump";
  return steps > gapSteps ? "gap" : "regular";
}
