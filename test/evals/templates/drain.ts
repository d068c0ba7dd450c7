/**
 * Drain as its paper describes it (He et al., "Drain: An Online Log Parsing Approach with Fixed Depth Tree", ICWS 2017), to compare
 * with: a tree by number of tokens and first tokens, then the group with the most equal tokens. No expressions are masked
 * beforehand, since these are chosen per system by hand.
 */
const WILD = "<*>";

interface Group {
  readonly id: number;
  tokens: string[];
}

interface Node {
  readonly children: Map<string, Node>;
  readonly groups: Group[];
}

export interface DrainOptions {
  /** Depth of the tree, root and leaves included. The paper's experiments: 4. */
  readonly depth?: number;
  /** Share of equal tokens from which a line belongs to a group. The paper's experiments: 0.3 to 0.7 by system; Drain3: 0.4. */
  readonly similarity?: number;
  /** Children of a node; further first tokens share one. */
  readonly maxChildren?: number;
}

const node = (): Node => ({ children: new Map(), groups: [] });

/** Share of tokens that are equal; a value of the group counts as different, and then as a tie-breaker. */
function similarityOf(group: readonly string[], tokens: readonly string[]): { share: number; values: number } {
  let equal = 0;
  let values = 0;
  for (const [i, token] of group.entries())
    if (token === WILD) values++;
    else if (token === tokens[i]) equal++;
  return { share: tokens.length === 0 ? 1 : equal / tokens.length, values };
}

/** Returns a function that takes a line and returns the id of its group. */
export function createDrain({
  depth = 4,
  similarity = 0.4,
  maxChildren = 100,
}: DrainOptions = {}): (line: string) => number {
  /** The first level of the tree: one node a number of tokens. */
  const roots = new Map<number, Node>();
  let nextId = 1;

  function childOf(parent: Node, token: string): Node {
    const key = /\d/.test(token) ? WILD : token;
    const known = parent.children.get(key);
    if (known !== undefined) return known;
    const isFull = parent.children.size >= maxChildren - 1 && key !== WILD;
    if (isFull) return childOf(parent, WILD);
    const child = node();
    parent.children.set(key, child);
    return child;
  }

  return (line) => {
    const tokens = line.trim().split(/\s+/);
    let leaf = roots.get(tokens.length) ?? node();
    roots.set(tokens.length, leaf);
    for (const token of tokens.slice(0, depth - 2)) leaf = childOf(leaf, token);
    let best: Group | undefined;
    let most = { share: -1, values: -1 };
    for (const group of leaf.groups) {
      const found = similarityOf(group.tokens, tokens);
      if (found.share > most.share || (found.share === most.share && found.values > most.values)) {
        best = group;
        most = found;
      }
    }
    if (best === undefined || most.share < similarity) {
      best = { id: nextId++, tokens };
      leaf.groups.push(best);
    } else best.tokens = best.tokens.map((token, i) => (token === tokens[i] ? token : WILD));
    return best.id;
  };
}
