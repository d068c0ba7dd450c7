export interface Scored {
  readonly probability: number;
  readonly right: boolean;
}

/** Mean squared error of probabilities; 0 is perfect, 0.25 is a coin that says one half. */
export function brierScore(answers: readonly Scored[]): number {
  return (
    answers.reduce((sum, { probability, right }) => sum + (probability - Number(right)) ** 2, 0) /
    Math.max(1, answers.length)
  );
}

export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly meanProbability: number;
  readonly rightShare: number;
}

/** Equal-width bins of stated probability against how often it was right; empty bins are left out. */
export function reliability(answers: readonly Scored[], bins = 10): readonly ReliabilityBin[] {
  const found: ReliabilityBin[] = [];
  for (let i = 0; i < bins; i++) {
    const inside = answers.filter(({ probability }) => Math.min(bins - 1, Math.floor(probability * bins)) === i);
    if (inside.length === 0) continue;
    found.push({
      from: i / bins,
      to: (i + 1) / bins,
      count: inside.length,
      meanProbability: inside.reduce((sum, item) => sum + item.probability, 0) / inside.length,
      rightShare: inside.filter((item) => item.right).length / inside.length,
    });
  }
  return found;
}

/** Expected calibration error: the bins' gaps, weighted by their size (Guo et al., 2017). */
export function calibrationError(answers: readonly Scored[], bins = 10): number {
  return reliability(answers, bins).reduce(
    (sum, bin) => sum + (bin.count / answers.length) * Math.abs(bin.meanProbability - bin.rightShare),
    0,
  );
}
