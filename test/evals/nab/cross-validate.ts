import { bestThreshold, type NabProfile, type ScoredSeries, scoreCorpusAt } from "./score.ts";

/**
 * What the score is when the threshold was chosen on other series: the corpus is cut into two random halves `splits`
 * times, each half is scored at the other half's best threshold, and the scores are averaged. The distance to the
 * published figure is what choosing the threshold on the answers is worth. Deterministic.
 */
export function crossValidated(corpus: readonly ScoredSeries[], profile: NabProfile, splits: number): number {
  let sum = 0;
  for (let split = 0; split < splits; split++) {
    const isLeft = halfOf(corpus.length, split);
    const left = corpus.filter((_, i) => isLeft[i]);
    const right = corpus.filter((_, i) => !isLeft[i]);
    sum += scoreCorpusAt(left, bestThreshold(right, profile), profile).score;
    sum += scoreCorpusAt(right, bestThreshold(left, profile), profile).score;
  }
  return sum / (2 * splits);
}

/** Marks half of `size` places, another half for each `seed` (Fisher-Yates with a linear congruential generator). */
function halfOf(size: number, seed: number): readonly boolean[] {
  let state = (seed + 1) * 2654435761;
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
  const marks = Array.from({ length: size }, (_, i) => i < size / 2);
  for (let i = size - 1; i > 0; i--) {
    const j = next(i + 1);
    const kept = marks[i] === true;
    marks[i] = marks[j] === true;
    marks[j] = kept;
  }
  return marks;
}
