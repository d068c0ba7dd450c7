/**
 * When a kind of line comes: mean and spread of the time between two of them, weighted towards the last fifty, and the
 * longest pause. Lines that come together are one beat.
 */
export interface Rhythm {
  readonly firstAt: number;
  readonly lastAt: number;
  readonly beats: number;
  /** Mean time between beats (ms). */
  readonly meanMs: number;
  /** Standard deviation over mean: about 0 for a timer, 1 for what comes by chance (a Poisson process). */
  readonly unevenness: number;
  readonly longestMs: number;
}

/** A rhythm that is still being learned: `beat` is told the time (ms) of each line. */
export interface RhythmTracker extends Rhythm {
  beat(at: number): void;
}

const memoryBeats = 50;
/** Nearer than this, or than a fifth of the mean, is the same beat. */
const sameBeatMs = 500;
const learnedBeats = 20;
/** Of 60,000 simulated Poisson streams of 200 beats none ever looked this even. */
const steadyUnevenness = 0.25;
/** What comes oftener looks even because lines within half a second are one beat. */
const minMeanMs = 4 * sameBeatMs;
const minPatienceMs = 30_000;

class Tracker implements RhythmTracker {
  firstAt: number;
  lastAt: number;
  beats = 1;
  meanMs = 0;
  longestMs = 0;
  #variance = 0;

  constructor(at: number) {
    this.firstAt = at;
    this.lastAt = at;
  }
  get unevenness(): number {
    return this.meanMs > 0 ? Math.sqrt(this.#variance) / this.meanMs : 0;
  }
  beat(at: number): void {
    const gap = at - this.lastAt;
    if (gap < sameBeatMs || gap < 0.2 * this.meanMs) return;
    this.lastAt = at;
    if (isSteady(this) && gap > patienceMs(this)) {
      // It had stopped and is back: what it does from now on is learned again.
      this.firstAt = at;
      this.beats = 1;
      this.meanMs = 0;
      this.longestMs = 0;
      this.#variance = 0;
      return;
    }
    this.beats++;
    this.longestMs = Math.max(this.longestMs, gap);
    const weight = 1 / Math.min(this.beats - 1, memoryBeats);
    const off = gap - this.meanMs;
    this.meanMs += weight * off;
    this.#variance = (1 - weight) * (this.#variance + weight * off * off);
  }
}

/** Begun by its first line, at `at` (ms). Lines must come in order: an earlier one is taken for the same beat. */
export const createRhythm = (at: number): RhythmTracker => new Tracker(at);

/** Comes as a timer does, and has done so often enough to know. */
export function isSteady(rhythm: Rhythm): boolean {
  return rhythm.beats >= learnedBeats && rhythm.meanMs >= minMeanMs && rhythm.unevenness < steadyUnevenness;
}

/** After this long without a beat a steady rhythm has stopped (ms). */
export function patienceMs({ meanMs, longestMs }: Rhythm): number {
  return Math.max(minPatienceMs, 4 * meanMs, 2 * longestMs);
}
