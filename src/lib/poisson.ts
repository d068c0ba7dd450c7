/** Logarithm of the chance that a Poisson count with this mean is exactly `count`: exp(-mean) mean^count / count!. */
function logChanceOf(count: number, mean: number): number {
  let log = -mean + count * Math.log(mean);
  for (let i = 2; i <= count; i++) log -= Math.log(i);
  return log;
}

/** Enough for means of some millions: what is left out lies further from the mean than any count that ever comes. */
const maxTerms = 10_000;

/** A count below the mean leaves nearly all of the chance to those from it on: what is less is summed up, from the largest term down. */
function chanceOfLess(count: number, mean: number): number {
  let term = Math.exp(logChanceOf(count - 1, mean));
  let total = 0;
  for (let k = count - 1; k >= 0 && k > count - 1 - maxTerms && term > total * 1e-12; k--) {
    total += term;
    term *= k / mean;
  }
  return total;
}

/**
 * Chance that a Poisson count with this mean is `count` or more, 0..1. Summed from the side on which terms fall, so that tiny
 * chances keep their digits and large means lose none to terms that are too small for a number.
 */
export function poissonTail(count: number, mean: number): number {
  if (count <= 0) return 1;
  if (!(mean > 0)) return 0;
  if (count <= mean) return Math.max(0, 1 - chanceOfLess(count, mean));
  let term = Math.exp(logChanceOf(count, mean));
  let total = 0;
  for (let k = count; k < count + maxTerms; k++) {
    total += term;
    term *= mean / (k + 1);
    if (term < total * 1e-12) break;
  }
  return Math.min(1, total);
}
