/** Collects what was said with which probability and what came true. */
export interface Reliability {
  add(chances: readonly number[], right: number): void;
  /**
   * Expected calibration error over all classes (Naeini, Cooper and Hauskrecht 2015; for several classes Kumar et al. 2019):
   * the distance of mean probability and share of hits in each of ten bins, weighted by rows, the mean of the classes.
   */
  error(): number;
}

const bins = 10;

/**
 * Every row must name the same classes; `right` is the place of the one that came true. Held as ten sums a class; 0
 * without rows.
 */
export function createReliability(): Reliability {
  const said: number[] = [];
  const hits: number[] = [];
  let rows = 0;
  let classes = 0;
  return {
    add(chances, right) {
      rows++;
      classes = chances.length;
      chances.forEach((chance, k) => {
        const bin = k * bins + Math.min(bins - 1, Math.floor(chance * bins));
        said[bin] = (said[bin] ?? 0) + chance;
        hits[bin] = (hits[bin] ?? 0) + (k === right ? 1 : 0);
      });
    },
    error: () => said.reduce((sum, of, bin) => sum + Math.abs(of - (hits[bin] ?? 0)), 0) / Math.max(1, rows * classes),
  };
}
