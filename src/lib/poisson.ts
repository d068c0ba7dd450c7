/**
 * Chance that a Poisson count with this mean is `count` or more. Exact sum for small means, from the upper end so that tiny
 * chances keep their digits.
 */
export function poissonTail(count: number, mean: number): number {
  if (count <= 0) return 1;
  if (!(mean > 0)) return 0;
  // log of the first term, exp(-mean) mean^count / count!
  let logTerm = -mean + count * Math.log(mean);
  for (let i = 2; i <= count; i++) logTerm -= Math.log(i);
  let term = Math.exp(logTerm);
  let total = 0;
  for (let k = count; k < count + 10_000; k++) {
    total += term;
    term *= mean / (k + 1);
    if (term < total * 1e-12 && k > mean) break;
  }
  return Math.min(1, total);
}
