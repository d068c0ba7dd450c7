/** Tail of a distribution beyond `threshold`: how often it is exceeded, and how the excesses are distributed. */
export interface Tail {
  readonly threshold: number;
  /** Share of all values that exceed the threshold. */
  readonly rate: number;
  /** Generalised Pareto distribution of the excesses: scale and shape (0 is exponential, above is heavier). */
  readonly scale: number;
  readonly shape: number;
}

/** Outside of this the fit of a few dozen peaks is not to be believed: beyond 1 a tail has no mean. */
const leastShape = -0.5;
const mostShape = 1;

/**
 * Maximum likelihood fit of a generalised Pareto distribution to positive excesses. The two unknowns are reduced to one,
 * theta = shape / scale (Grimshaw 1993, "Computing maximum likelihood estimates for the generalized Pareto distribution");
 * the profile likelihood is searched on a grid and refined by golden section, which needs no starting point.
 * Undefined for fewer than five excesses or when all are zero.
 */
export function fitExcesses(
  excesses: ArrayLike<number>,
): { readonly scale: number; readonly shape: number } | undefined {
  const n = excesses.length;
  let sum = 0;
  let most = 0;
  for (let i = 0; i < n; i++) {
    sum += excesses[i] ?? 0;
    most = Math.max(most, excesses[i] ?? 0);
  }
  const mean = sum / n;
  if (n < 5 || !(mean > 0) || !Number.isFinite(mean)) return undefined;

  const shapeFor = (theta: number) => {
    let logs = 0;
    for (let i = 0; i < n; i++) logs += Math.log1p(theta * (excesses[i] ?? 0));
    return logs / n;
  };
  /** Mean log-likelihood with the best scale for this theta; the exponential distribution at 0. */
  const likelihood = (theta: number) => {
    if (Math.abs(theta * mean) < 1e-6) return -Math.log(mean) - 1;
    const shape = shapeFor(theta);
    if (shape < leastShape || shape > mostShape) return Number.NEGATIVE_INFINITY;
    return -Math.log(shape / theta) - shape - 1;
  };

  // theta > -1 / most keeps all excesses inside the support; in units of 1 / mean the upper end is a very heavy tail.
  const low = (-1 + 1e-6) / most;
  const grid: number[] = [];
  for (let i = 0; i <= 6; i++) grid.push((low * (6 - i)) / 6);
  for (let i = 0; i < 10; i++) grid.push((0.02 * 2.2 ** i) / mean);
  let best = 0;
  for (let i = 1; i < grid.length; i++) if (likelihood(grid[i] ?? 0) > likelihood(grid[best] ?? 0)) best = i;
  let left = grid[Math.max(0, best - 1)] ?? 0;
  let right = grid[Math.min(grid.length - 1, best + 1)] ?? 0;
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 20; i++) {
    const a = right - golden * (right - left);
    const b = left + golden * (right - left);
    if (likelihood(a) >= likelihood(b)) right = b;
    else left = a;
  }
  const found = (left + right) / 2;
  const theta = likelihood(found) >= likelihood(grid[best] ?? 0) ? found : (grid[best] ?? 0);
  if (Math.abs(theta * mean) < 1e-6) return { scale: mean, shape: 0 };
  const shape = shapeFor(theta);
  return { scale: shape / theta, shape };
}

/** Probability of a value at least this large; `rate` for anything below the threshold, because only the tail is known. */
export function tailProbability({ threshold, rate, scale, shape }: Tail, value: number): number {
  const excess = value - threshold;
  if (!(excess > 0)) return rate;
  if (Math.abs(shape) < 1e-6) return rate * Math.exp(-excess / scale);
  const base = 1 + (shape * excess) / scale;
  return base <= 0 ? 0 : rate * base ** (-1 / shape);
}

/** The value that is exceeded with probability `risk`. */
export function quantileOfTail({ threshold, rate, scale, shape }: Tail, risk: number): number {
  if (risk >= rate) return threshold;
  if (Math.abs(shape) < 1e-6) return threshold + scale * Math.log(rate / risk);
  return threshold + (scale / shape) * ((risk / rate) ** -shape - 1);
}

/**
 * The tail beyond a high quantile of a sample, for instance of the residuals of a held-back stretch. A sample in which
 * fewer than five values exceed that quantile has no tail that could be described.
 */
export function tailOf(values: ArrayLike<number>, quantile = 0.98): Tail | undefined {
  const sorted = Float64Array.from(values).sort();
  const threshold = sorted[Math.floor(quantile * sorted.length)] ?? Number.NaN;
  const excesses = sorted.filter((value) => value > threshold).map((value) => value - threshold);
  const fit = fitExcesses(excesses);
  return fit && { threshold, rate: excesses.length / sorted.length, ...fit };
}

export interface SpotOptions {
  /** Probability with which an ordinary value may be called extreme. */
  readonly risk: number;
  /** Values taken before anything is extreme. */
  readonly learnValues?: number;
  /** Quantile of those beyond which a value is a peak. */
  readonly quantile?: number;
  /** Peaks remembered; older ones are forgotten, together with the time they stood for. */
  readonly maxPeaks?: number;
}

/** Streaming peaks over threshold for one quantity. */
export interface Spot {
  /**
   * Takes a value and returns the probability of one as large, judged by earlier values; 1 while it learns. Values that are
   * not finite say nothing and count as ordinary. While something is known to be wrong, do not push.
   */
  push(value: number): number;
  /** Undefined while it learns, or when nothing has ever been a peak. */
  readonly tail: Tail | undefined;
}

/** An extreme excess is learned as at most this many times the one from which on values are extreme. */
const extremeCounts = 2;
/** Fits are repeated at every peak while there are few, then less often: they cost some 50 microseconds. */
const alwaysFitBelow = 16;
const fitEvery = 8;

/**
 * SPOT (Siffer, Fouque, Termier, Largouët 2017, "Anomaly detection in streams with extreme value theory", KDD): the
 * threshold of a stated risk, without knowing the distribution. Fed with residuals of a forecast it is the paper's DSPOT,
 * which takes the drift off first. Old peaks are forgotten, so that a series that calms down is watched more closely again.
 * Unlike in the paper, an extreme value is learned too, cut short: leaving it out takes the end off the tail, the next
 * threshold is lower, and with the few peaks that are kept here alarms rose to 20 times the stated risk.
 */
export function createSpot(options: SpotOptions): Spot {
  const { risk } = options;
  const learnValues = options.learnValues ?? 150;
  const quantile = options.quantile ?? 0.95;
  const maxPeaks = options.maxPeaks ?? 48;
  let learning: Float32Array | undefined = new Float32Array(learnValues);
  let threshold = Number.NaN;
  let values = 0;
  /** Excess and number of the value that made it, in turn; a ring. */
  const peaks = new Float64Array(2 * maxPeaks);
  let held = 0;
  let next = 0;
  let sinceFit = 0;
  /** Values before this one are forgotten. */
  let from = 0;
  let fit: { readonly scale: number; readonly shape: number } | undefined;

  function refit(): void {
    sinceFit = 0;
    const excesses = new Float64Array(held);
    for (let i = 0; i < held; i++) excesses[i] = peaks[2 * i] ?? 0;
    const found = fitExcesses(excesses);
    // A few dozen peaks often look as if they had an end by chance. An end is a strong claim, and a wrong one alarms.
    const mean = excesses.reduce((sum, excess) => sum + excess, 0) / held;
    fit = found && found.shape < 0 ? { scale: mean, shape: 0 } : found;
  }

  function remember(excess: number): void {
    if (held === maxPeaks) from = peaks[2 * next + 1] ?? from;
    peaks[2 * next] = excess;
    peaks[2 * next + 1] = values;
    next = (next + 1) % maxPeaks;
    held = Math.min(maxPeaks, held + 1);
    if (held < alwaysFitBelow || ++sinceFit >= fitEvery) refit();
  }

  function finishLearning(sample: Float32Array): void {
    learning = undefined;
    const sorted = sample.toSorted();
    threshold = sorted[Math.floor(quantile * (sorted.length - 1))] ?? Number.NaN;
    const count = values;
    values = 0;
    for (const value of sample) {
      values++;
      if (value > threshold) remember(value - threshold);
    }
    values = count;
    refit();
  }

  const rate = () => held / Math.max(1, values - from);

  return {
    push(value) {
      if (!Number.isFinite(value)) return 1;
      if (learning) {
        learning[values++] = value;
        if (values === learnValues) finishLearning(learning);
        return 1;
      }
      const tail = fit && { threshold, rate: rate(), ...fit };
      const probability = tail ? tailProbability(tail, value) : 1;
      values++;
      if (value <= threshold) return probability;
      const isExtreme = tail !== undefined && probability < risk;
      const most = isExtreme ? extremeCounts * (quantileOfTail(tail, risk) - threshold) : Number.POSITIVE_INFINITY;
      remember(Math.min(value - threshold, most));
      return probability;
    },
    get tail() {
      return fit && { threshold, rate: rate(), ...fit };
    },
  };
}
