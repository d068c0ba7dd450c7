import { seededRandom } from "../../../../src/lib/seeded-random.ts";

/** Random numbers of one made-up series. */
export interface Drawn {
  /** Uniform between two numbers. */
  readonly between: (low: number, high: number) => number;
  /** Whole number, both ends included. */
  readonly whole: (low: number, high: number) => number;
  /** Normal with mean 0 and deviation 1 (Box-Muller). */
  readonly normal: () => number;
  /** A count with this mean and, for a finite `shape`, more spread than Poisson's (gamma mixture). */
  readonly count: (mean: number, shape: number) => number;
  /** Heavy upper tail, at least 1: mostly near 1, now and then tens (Pareto). */
  readonly pareto: (exponent: number) => number;
  readonly chance: (share: number) => boolean;
}

export function drawnFrom(seed: number): Drawn {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  /** Wilson-Hilferty: the cube of a normal is close to gamma. */
  const gamma = (shape: number) => Math.max(0, 1 - 1 / (9 * shape) + normal() / Math.sqrt(9 * shape)) ** 3;
  const poisson = (mean: number) => {
    if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    let count = 0;
    for (let left = Math.exp(-mean), product = random(); product > left; product *= random()) count++;
    return count;
  };
  return {
    between: (low, high) => low + (high - low) * random(),
    whole: (low, high) => Math.floor(low + (high - low + 1) * random()),
    normal,
    count: (mean, shape) => poisson(mean * gamma(shape)),
    pareto: (exponent) => (1 - random()) ** (-1 / exponent),
    chance: (share) => random() < share,
  };
}
