import { seededRandom } from "../../../lib/seeded-random.ts";

/** Points each tree is grown from, at most. */
const mostSampled = 256;

export interface IsolationForestOptions {
  readonly trees?: number;
  readonly seed?: number;
}

export interface IsolationForest {
  /** 0..1; below 0.5 for an ordinary point, towards 1 for one that a few cuts separate from all others. */
  score(points: Float32Array, offset?: number): number;
  readonly trees: number;
  readonly dimensions: number;
}

const euler = 0.577_215_664_901_532_9;

/** Mean path length of an unsuccessful search in a binary search tree of n points: c(n) of the paper. */
export function meanPath(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + euler) - (2 * (n - 1)) / n;
}

const leaf = -1;
/** Cuts fall up to this share of the range outside of it, on either side. */
const beyond = 0.5;

/**
 * Isolation forest (Liu, Ting, Zhou 2008, "Isolation forest", ICDM; 100 trees of 256 points as there). The points it grows
 * from are ordinary ones here, so some cuts are placed outside their range: with cuts inside only, a point beyond all others
 * scores no higher than the outermost of them. `points` holds `count` rows of `dimensions` numbers. Nodes of all trees stand in three flat arrays: the dimension that is cut (or -1 for
 * a leaf), where (or a leaf's path length), and the left child, with the right one behind it. Equal seeds give equal forests.
 */
export function growForest(
  points: Float32Array,
  count: number,
  dimensions: number,
  options: IsolationForestOptions = {},
): IsolationForest {
  const trees = options.trees ?? 100;
  const sampleSize = Math.min(mostSampled, count);
  const random = seededRandom(options.seed ?? 1);
  const mostDepth = Math.ceil(Math.log2(Math.max(2, sampleSize)));
  const cut: number[] = [];
  const where: number[] = [];
  const left: number[] = [];
  const roots = new Int32Array(trees);
  const rows = new Int32Array(count);
  const cell = (row: number, dimension: number) => points[row * dimensions + dimension] as number;

  function addNode(): number {
    cut.push(leaf);
    where.push(0);
    left.push(0);
    return cut.length - 1;
  }

  /** A dimension in which these rows differ, with its range; undefined when all rows are equal. */
  function pickCut(from: number, to: number): { dimension: number; at: number } | undefined {
    const first = Math.floor(random() * dimensions);
    for (let k = 0; k < dimensions; k++) {
      const dimension = (first + k) % dimensions;
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let i = from; i < to; i++) {
        const value = cell(rows[i] as number, dimension);
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (high > low) return { dimension, at: low + (random() * (1 + 2 * beyond) - beyond) * (high - low) };
    }
    return undefined;
  }

  function grow(node: number, from: number, to: number, depth: number): void {
    const chosen = depth < mostDepth && to - from > 1 ? pickCut(from, to) : undefined;
    if (!chosen) {
      where[node] = depth + meanPath(to - from);
      return;
    }
    let middle = from;
    for (let i = from; i < to; i++) {
      const row = rows[i] as number;
      if (cell(row, chosen.dimension) >= chosen.at) continue;
      rows[i] = rows[middle] as number;
      rows[middle++] = row;
    }
    const child = addNode();
    addNode();
    cut[node] = chosen.dimension;
    where[node] = chosen.at;
    left[node] = child;
    grow(child, from, middle, depth + 1);
    grow(child + 1, middle, to, depth + 1);
  }

  for (let tree = 0; tree < trees; tree++) {
    for (let i = 0; i < count; i++) rows[i] = i;
    // The first rows of a partial Fisher-Yates shuffle are a sample without replacement.
    for (let i = 0; i < sampleSize; i++) {
      const j = i + Math.floor(random() * (count - i));
      const held = rows[i] as number;
      rows[i] = rows[j] as number;
      rows[j] = held;
    }
    const root = addNode();
    roots[tree] = root;
    grow(root, 0, sampleSize, 0);
  }

  const cuts = Int16Array.from(cut);
  const places = Float64Array.from(where);
  const children = Int32Array.from(left);
  const usual = Math.max(meanPath(sampleSize), 1e-9);
  return {
    trees,
    dimensions,
    score(point, offset = 0) {
      let sum = 0;
      for (const root of roots) {
        let node = root;
        for (let dimension = cuts[node] as number; dimension !== leaf; dimension = cuts[node] as number) {
          const goesLeft = (point[offset + dimension] as number) < (places[node] as number);
          node = (children[node] as number) + (goesLeft ? 0 : 1);
        }
        sum += places[node] as number;
      }
      return 2 ** -(sum / trees / usual);
    },
  };
}
