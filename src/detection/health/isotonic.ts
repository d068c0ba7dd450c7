/** A rising step function with straight lines between its knots. */
export interface Isotonic {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

interface Block {
  score: number;
  hits: number;
  size: number;
}

function mergeLast(blocks: Block[]): boolean {
  const [before, right] = blocks.slice(-2);
  if (!before || !right) return false;
  before.score += right.score;
  before.hits += right.hits;
  before.size += right.size;
  blocks.pop();
  return true;
}

/** Joins the last block with those before it until shares rise and all but the last are large enough. */
function pool(blocks: Block[], leastBlock: number): void {
  for (;;) {
    const [before, right] = blocks.slice(-2);
    if (!before || !right) return;
    const rises = before.hits / before.size < right.hits / right.size;
    if ((rises && before.size >= leastBlock) || !mergeLast(blocks)) return;
  }
}

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955; for class probabilities Zadrozny and Elkan 2002):
 * the rising function of `scores` that is nearest to what came true. `hits` are 0 or 1. Blocks of fewer than `leastBlock`
 * rows join their neighbour, so that three lucky rows do not become certainty.
 */
export function fitIsotonic(scores: Float64Array, hits: Uint8Array, leastBlock = 25): Isotonic {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => (scores[a] as number) - (scores[b] as number));
  const blocks: Block[] = [];
  let own: Block | undefined;
  for (const [place, i] of order.entries()) {
    const score = scores[i] as number;
    own = {
      score: score + (own?.score ?? 0),
      hits: (hits[i] as number) + (own?.hits ?? 0),
      size: 1 + (own?.size ?? 0),
    };
    // Rows of one score have one probability, in whatever order they come.
    const next = order[place + 1];
    if (next !== undefined && scores[next] === score) continue;
    blocks.push(own);
    own = undefined;
    pool(blocks, leastBlock);
  }
  const last = blocks.at(-1);
  if (last && last.size < leastBlock) mergeLast(blocks);
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

/**
 * Probability for a score: between two knots on the straight line, beyond the first and last as there. Without knots
 * the score itself.
 */
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
