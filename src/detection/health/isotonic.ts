/** A rising step function with straight lines between its knots. */
export interface Isotonic {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955; for class probabilities Zadrozny and Elkan 2002):
 * the rising function of `scores` that is nearest to what came true. `hits` are 0 or 1. Blocks of fewer than `leastBlock`
 * rows join their neighbour, so that three lucky rows do not become certainty.
 */
export function fitIsotonic(scores: Float64Array, hits: Uint8Array, leastBlock = 25): Isotonic {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  const blocks: { score: number; hits: number; size: number }[] = [];
  for (const i of order) {
    blocks.push({ score: scores[i] as number, hits: hits[i] as number, size: 1 });
    for (let last = blocks.length - 1; last > 0; last--) {
      const right = blocks[last];
      const before = blocks[last - 1];
      if (!right || !before) break;
      const rises = before.hits / before.size < right.hits / right.size;
      if (rises && before.size >= leastBlock) break;
      before.score += right.score;
      before.hits += right.hits;
      before.size += right.size;
      blocks.pop();
    }
  }
  let highest = 0;
  return {
    from: blocks.map(({ score, size }) => score / size),
    // Laplace's rule of succession: what has never been seen is rare, not impossible. It must not turn a rise into a fall.
    to: blocks.map((block) => {
      highest = Math.max(highest, (block.hits + 1) / (block.size + 2));
      return highest;
    }),
  };
}

export function calibrated({ from, to }: Isotonic, score: number): number {
  const above = from.findIndex((knot) => knot >= score);
  if (above < 0) return to.at(-1) ?? score;
  if (above === 0) return to[0] ?? score;
  const x0 = from[above - 1] as number;
  const x1 = from[above] as number;
  const y0 = to[above - 1] as number;
  const y1 = to[above] as number;
  return x1 > x0 ? y0 + ((y1 - y0) * (score - x0)) / (x1 - x0) : y1;
}
