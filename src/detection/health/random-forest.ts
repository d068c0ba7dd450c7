import { seededRandom } from "../../lib/seeded-random.ts";

/** Rows of `dimensions` numbers with a class each. */
export interface LabelledRows {
  readonly values: Float64Array;
  /** 0..classes-1 */
  readonly labels: Uint8Array;
  readonly count: number;
  readonly dimensions: number;
  readonly classes: number;
}

export interface RandomForestOptions {
  readonly trees?: number;
  readonly maxDepth?: number;
  /** Rows a leaf has at least. */
  readonly minLeaf?: number;
  /** Dimensions tried at each cut; default: the root of their number, rounded up. */
  readonly tried?: number;
  readonly seed?: number;
}

/**
 * All trees in flat arrays. `cut[n]` is the dimension of node n, or -1 for a leaf; rows below `at[n]` go to `left[n]`,
 * others to the node behind it. A leaf's `left` is its place in `shares`, which has one number a class.
 */
export interface RandomForest {
  readonly classes: number;
  readonly roots: Int32Array;
  readonly cut: Int8Array;
  readonly at: Float64Array;
  readonly left: Int32Array;
  readonly shares: Float32Array;
}

const leaf = -1;

interface Cut {
  readonly dimension: number;
  readonly at: number;
  readonly impurity: number;
}

interface Ranked {
  /** The values of one dimension, each once, ascending. */
  readonly distinct: Float64Array;
  /** Rank and class of each row in one number, so that sorting numbers sorts rows with their classes. */
  readonly keyOf: Float64Array;
}

function rankValues({ values, labels, count, dimensions, classes }: LabelledRows, dimension: number): Ranked {
  const own = Float64Array.from({ length: count }, (_, row) => values[row * dimensions + dimension] as number);
  const distinct = Float64Array.from(new Set(own)).sort();
  const rankOf = new Map<number, number>();
  distinct.forEach((value, rank) => {
    rankOf.set(value, rank);
  });
  return { distinct, keyOf: own.map((value, row) => (rankOf.get(value) ?? 0) * classes + (labels[row] as number)) };
}

/**
 * Random forest (Breiman 2001, "Random forests", Machine Learning 45): each tree grows from rows drawn with replacement, and
 * at each cut tries only some dimensions; the cut with the least Gini impurity wins. Equal seeds give equal forests.
 */
export function growRandomForest(rows: LabelledRows, options: RandomForestOptions = {}): RandomForest {
  const { values, labels, count, dimensions, classes } = rows;
  const trees = options.trees ?? 40;
  const maxDepth = options.maxDepth ?? 10;
  const minLeaf = options.minLeaf ?? 20;
  const tried = Math.min(dimensions, options.tried ?? Math.ceil(Math.sqrt(dimensions)));
  const random = seededRandom(options.seed ?? 1);
  const cut: number[] = [];
  const at: number[] = [];
  const left: number[] = [];
  const shares: number[] = [];
  const drawn = new Int32Array(count);
  const order = Int32Array.from({ length: dimensions }, (_, i) => i);
  const total = new Float64Array(classes);
  const below = new Float64Array(classes);
  const cell = (row: number, dimension: number) => values[row * dimensions + dimension] as number;
  const ranked = Array.from({ length: dimensions }, (_, dimension) => rankValues(rows, dimension));
  const keys = new Float64Array(count);

  function countClasses(from: number, to: number): void {
    total.fill(0);
    for (let i = from; i < to; i++) {
      const label = labels[drawn[i] as number] as number;
      total[label] = (total[label] as number) + 1;
    }
  }

  function addNode(): number {
    cut.push(leaf);
    at.push(0);
    left.push(0);
    return cut.length - 1;
  }

  /** The best place to cut drawn[from..to) in one dimension. `total` holds the classes of these rows. */
  function bestIn(dimension: number, from: number, to: number): Cut | undefined {
    const { distinct, keyOf } = ranked[dimension] as Ranked;
    const size = to - from;
    const sorted = keys.subarray(0, size);
    for (let i = 0; i < size; i++) sorted[i] = keyOf[drawn[from + i] as number] as number;
    sorted.sort();
    below.fill(0);
    let best: Cut | undefined;
    let rank = Math.floor((sorted[0] as number) / classes);
    for (let i = 0; i < size - 1; i++) {
      const label = (sorted[i] as number) - rank * classes;
      below[label] = (below[label] as number) + 1;
      const before = rank;
      rank = Math.floor((sorted[i + 1] as number) / classes);
      const nBelow = i + 1;
      if (rank === before || nBelow < minLeaf || size - nBelow < minLeaf) continue;
      let squaresBelow = 0;
      let squaresAbove = 0;
      for (let k = 0; k < classes; k++) {
        const b = below[k] as number;
        const a = (total[k] as number) - b;
        squaresBelow += b * b;
        squaresAbove += a * a;
      }
      const impurity = 1 - (squaresBelow / nBelow + squaresAbove / (size - nBelow)) / size;
      if (best && impurity >= best.impurity) continue;
      const here = distinct[before] as number;
      const next = distinct[rank] as number;
      const between = (here + next) / 2;
      // Between two neighbours among the doubles there is nothing.
      best = { dimension, at: between > here ? between : next, impurity };
    }
    return best;
  }

  function pickCut(from: number, to: number): Cut | undefined {
    let best: Cut | undefined;
    // The first places of a partial Fisher-Yates shuffle: dimensions without repetition.
    for (let i = 0; i < tried; i++) {
      const j = i + Math.floor(random() * (dimensions - i));
      const held = order[i] as number;
      order[i] = order[j] as number;
      order[j] = held;
      const found = bestIn(order[i] as number, from, to);
      if (found && (!best || found.impurity < best.impurity)) best = found;
    }
    return best;
  }

  function grow(node: number, from: number, to: number, depth: number): void {
    countClasses(from, to);
    const pure = total.some((of) => of === to - from);
    const chosen = pure || depth >= maxDepth || to - from < 2 * minLeaf ? undefined : pickCut(from, to);
    if (!chosen) {
      left[node] = shares.length;
      for (const of of total) shares.push(of / (to - from));
      return;
    }
    let middle = from;
    for (let i = from; i < to; i++) {
      const row = drawn[i] as number;
      if (cell(row, chosen.dimension) >= chosen.at) continue;
      drawn[i] = drawn[middle] as number;
      drawn[middle++] = row;
    }
    const child = addNode();
    addNode();
    cut[node] = chosen.dimension;
    at[node] = chosen.at;
    left[node] = child;
    grow(child, from, middle, depth + 1);
    grow(child + 1, middle, to, depth + 1);
  }

  const roots = new Int32Array(trees);
  for (let tree = 0; tree < trees; tree++) {
    for (let i = 0; i < count; i++) drawn[i] = Math.floor(random() * count);
    const root = addNode();
    roots[tree] = root;
    grow(root, 0, count, 0);
  }
  return {
    classes,
    roots,
    cut: Int8Array.from(cut),
    at: Float64Array.from(at),
    left: Int32Array.from(left),
    shares: Float32Array.from(shares),
  };
}

/** Mean of the class shares of the leaves that a row falls into; written into `into`, which has one place a class. */
export function forestShares(forest: RandomForest, row: Float64Array, into: Float64Array, offset = 0): void {
  into.fill(0);
  for (const root of forest.roots) {
    let node = root;
    for (let dimension = forest.cut[node] as number; dimension !== leaf; dimension = forest.cut[node] as number) {
      const goesLeft = (row[offset + dimension] as number) < (forest.at[node] as number);
      node = (forest.left[node] as number) + (goesLeft ? 0 : 1);
    }
    const place = forest.left[node] as number;
    for (let k = 0; k < forest.classes; k++) into[k] = (into[k] as number) + (forest.shares[place + k] as number);
  }
  for (let k = 0; k < forest.classes; k++) into[k] = (into[k] as number) / forest.roots.length;
}
