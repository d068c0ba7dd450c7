/**
 * The published scoring function of the Numenta Anomaly Benchmark (Lavin & Ahmad 2015, "Evaluating real-time anomaly
 * detection algorithms", section II; weights of release 1.1), written from its description.
 *
 * Rewards: the earliest detection inside a labelled window earns up to `truePositive`, less the later it comes; a missed
 * window costs `missed`; each detection outside costs up to `falsePositive`, less when it follows closely on a window.
 * The first 15 % of a series (at most 750 rows) are not scored. Totals are normalised: 0 = never detects, 100 = perfect.
 */
export interface NabProfile {
  readonly name: string;
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly missed: number;
}

export const nabProfiles: readonly NabProfile[] = [
  { name: "standard", truePositive: 1, falsePositive: 0.11, missed: 1 },
  { name: "reward_low_FP_rate", truePositive: 1, falsePositive: 0.22, missed: 1 },
  { name: "reward_low_FN_rate", truePositive: 1, falsePositive: 0.11, missed: 2 },
];

/** Inclusive row indices of one labelled window. */
export interface RowWindow {
  readonly first: number;
  readonly last: number;
}

export interface ScoredSeries {
  readonly name: string;
  /** One score a row, 0..1. */
  readonly scores: ArrayLike<number>;
  /** In order, not overlapping. */
  readonly windows: readonly RowWindow[];
}

export interface SeriesScore {
  readonly name: string;
  /** Sum of rewards, not normalised. */
  readonly raw: number;
  readonly windows: number;
  readonly windowsDetected: number;
  readonly falsePositives: number;
}

export interface CorpusScore {
  readonly profile: string;
  /** 0..100 for anything between silence and perfection; may be negative. */
  readonly score: number;
  readonly threshold: number;
  readonly series: readonly SeriesScore[];
}

/** 2 / (1 + e^(5y)) - 1: almost 1 at a window's left edge (y = -1), 0 at its right edge, -1 far behind it. */
export function scaledSigmoid(position: number): number {
  return position >= 3 ? -1 : 2 / (1 + Math.exp(5 * position)) - 1;
}

/** Rows at the start of a series that are not scored. */
export function probationRows(rows: number): number {
  return Math.min(Math.floor(0.15 * rows), 750);
}

/** Where each row of one series stands: its reward if detected, and the window it lies in (-1: none). */
export function rowRewards(rows: number, windows: readonly RowWindow[], profile: NabProfile) {
  const reward = new Float64Array(rows);
  const windowOf = new Int32Array(rows).fill(-1);
  const best = scaledSigmoid(-1);
  let next = 0;
  for (let row = 0; row < rows; row++) {
    while (next < windows.length && row > (windows[next] as RowWindow).last) next++;
    const current = windows[next];
    if (current !== undefined && row >= current.first) {
      windowOf[row] = next;
      const width = current.last - current.first + 1;
      reward[row] = (profile.truePositive * scaledSigmoid(-(current.last - row + 1) / width)) / best;
      continue;
    }
    const previous = windows[next - 1];
    const behind = previous === undefined ? 3 : (row - previous.last) / Math.max(1, previous.last - previous.first);
    reward[row] = profile.falsePositive * scaledSigmoid(behind);
  }
  return { reward, windowOf };
}

/** Score of one series when every row with `score >= threshold` counts as a detection. */
export function scoreSeries(series: ScoredSeries, threshold: number, profile: NabProfile): SeriesScore {
  const rows = series.scores.length;
  const { reward, windowOf } = rowRewards(rows, series.windows, profile);
  const caught = new Float64Array(series.windows.length).fill(Number.NaN);
  let raw = 0;
  let falsePositives = 0;
  for (let row = probationRows(rows); row < rows; row++) {
    if ((series.scores[row] as number) < threshold) continue;
    const window = windowOf[row] as number;
    if (window < 0) {
      raw += reward[row] as number;
      falsePositives++;
    } else if (Number.isNaN(caught[window])) caught[window] = reward[row] as number;
  }
  let windowsDetected = 0;
  for (const value of caught) {
    raw += Number.isNaN(value) ? -profile.missed : value;
    if (!Number.isNaN(value)) windowsDetected++;
  }
  return { name: series.name, raw, windows: series.windows.length, windowsDetected, falsePositives };
}

/** Score at one threshold for the whole corpus, normalised between the silent and the perfect detector. */
export function scoreCorpusAt(corpus: readonly ScoredSeries[], threshold: number, profile: NabProfile): CorpusScore {
  const series = corpus.map((one) => scoreSeries(one, threshold, profile));
  const windows = series.reduce((sum, one) => sum + one.windows, 0);
  const raw = series.reduce((sum, one) => sum + one.raw, 0);
  return { profile: profile.name, score: normalise(raw, windows, profile), threshold, series };
}

/** The published procedure: one threshold for the whole corpus, the one that is best for this profile. */
export function scoreCorpus(corpus: readonly ScoredSeries[], profile: NabProfile): CorpusScore {
  return scoreCorpusAt(corpus, bestThreshold(corpus, profile), profile);
}

/** The threshold with the highest total; above 1 (nothing is ever detected) when every lower one loses. */
export function bestThreshold(corpus: readonly ScoredSeries[], profile: NabProfile): number {
  const events: { score: number; reward: number; window: number }[] = [];
  let windowsBefore = 0;
  for (const { scores, windows } of corpus) {
    const { reward, windowOf } = rowRewards(scores.length, windows, profile);
    for (let row = probationRows(scores.length); row < scores.length; row++) {
      const window = windowOf[row] as number;
      const score = scores[row] as number;
      if (score <= 0) continue; // a score of 0 claims nothing, and a threshold of 0 would detect every row
      events.push({ score, reward: reward[row] as number, window: window < 0 ? -1 : windowsBefore + window });
    }
    windowsBefore += windows.length;
  }
  events.sort((a, b) => b.score - a.score);
  const windowValue = new Float64Array(windowsBefore).fill(-profile.missed);
  let total = -profile.missed * windowsBefore;
  let best = { total, threshold: 1.1 };
  for (const [i, event] of events.entries()) {
    if (event.window < 0) total += event.reward;
    else if (event.reward > (windowValue[event.window] as number)) {
      total += event.reward - (windowValue[event.window] as number);
      windowValue[event.window] = event.reward;
    }
    const lastOfItsScore = events[i + 1]?.score !== event.score;
    if (lastOfItsScore && total > best.total) best = { total, threshold: event.score };
  }
  return best.threshold;
}

function normalise(raw: number, windows: number, profile: NabProfile): number {
  const silent = -profile.missed * windows;
  const perfect = profile.truePositive * windows;
  return perfect === silent ? 0 : (100 * (raw - silent)) / (perfect - silent);
}
