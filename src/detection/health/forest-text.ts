import type { RandomForest } from "./random-forest.ts";

/** Deeper trees than any we grow are not read: the walk is recursive. */
const maxDepth = 40;

/**
 * One line of text a tree, in the order of a walk: `2:1.386` is a cut of the third feature at 1.386 with the subtrees below
 * and not below behind it, `=980,20,0` a leaf with its class shares in thousandths. Small, and a diff can be read.
 */
export function forestText(forest: RandomForest): string[] {
  const walk = (node: number): string => {
    const cut = forest.cut[node] as number;
    const left = forest.left[node] as number;
    if (cut >= 0) return `${cut}:${Number((forest.at[node] as number).toPrecision(5))} ${walk(left)} ${walk(left + 1)}`;
    return `=${Array.from(forest.shares.subarray(left, left + forest.classes), (share) => Math.round(share * 1_000))}`;
  };
  return Array.from(forest.roots, walk);
}

/** Undefined when a line is not a whole tree over `dimensions` features and `classes` classes. */
export function forestFromText(
  lines: readonly string[],
  dimensions: number,
  classes: number,
): RandomForest | undefined {
  const cuts: number[] = [];
  const places: number[] = [];
  const left: number[] = [];
  const shares: number[] = [];
  const addNode = () => {
    cuts.push(-1);
    places.push(0);
    left.push(0);
    return cuts.length - 1;
  };

  function read(tokens: Iterator<string>, node: number, depth: number): boolean {
    const token: string | undefined = tokens.next().value;
    if (token === undefined || depth > maxDepth) return false;
    if (token.startsWith("=")) {
      const parts = token.slice(1).split(",").map(Number);
      const total = parts.reduce((sum, part) => sum + part, 0);
      if (parts.length !== classes || !(total > 0) || parts.some((part) => !(part >= 0))) return false;
      left[node] = shares.length;
      for (const part of parts) shares.push(part / total);
      return true;
    }
    const [dimension, at] = token.split(":").map(Number);
    if (dimension === undefined || !Number.isInteger(dimension) || dimension < 0 || dimension >= dimensions)
      return false;
    if (at === undefined || !Number.isFinite(at)) return false;
    const child = addNode();
    addNode();
    cuts[node] = dimension;
    places[node] = at;
    left[node] = child;
    return read(tokens, child, depth + 1) && read(tokens, child + 1, depth + 1);
  }

  const roots: number[] = [];
  for (const line of lines) {
    const tokens = line.split(" ").values();
    const root = addNode();
    roots.push(root);
    if (!read(tokens, root, 0) || tokens.next().done !== true) return undefined;
  }
  if (roots.length === 0) return undefined;
  return {
    classes,
    roots: Int32Array.from(roots),
    cut: Int8Array.from(cuts),
    at: Float64Array.from(places),
    left: Int32Array.from(left),
    shares: Float32Array.from(shares),
  };
}
