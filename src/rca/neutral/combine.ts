/** One kind of evidence: for each entity how strong it is (0..1 over all entities together) and its sentence. */
export interface Source {
  readonly name: string;
  readonly found: ReadonlyMap<string, { readonly amount: number; readonly strength: number; readonly text: string }>;
}

/**
 * `score` is the sum of what its sources gave, comparable within one case only; `evidence` says what that was, what
 * gave most first.
 */
export interface Ranked {
  readonly entity: string;
  readonly score: number;
  readonly evidence: readonly string[];
}

/**
 * One incident has one cause, so a source that points at many entities points at none: what an entity gets from a
 * source is its strength times its share of all that the source found. Sources are added, ties keep the given order.
 */
export function combine(candidates: readonly string[], sources: readonly Source[]): readonly Ranked[] {
  const totals = sources.map((source) => {
    let total = 0;
    for (const { amount } of source.found.values()) total += amount;
    return total;
  });
  return candidates
    .map((entity) => {
      const parts = sources.flatMap((source, i) => {
        const found = source.found.get(entity);
        const total = totals[i] ?? 0;
        if (!found || total <= 0) return [];
        return [{ gain: found.strength * (found.amount / total), text: found.text }];
      });
      parts.sort((a, b) => b.gain - a.gain);
      const score = parts.reduce((sum, part) => sum + part.gain, 0);
      return { entity, score, evidence: parts.filter(({ gain }) => gain > 0).map(({ text }) => text) };
    })
    .sort((a, b) => b.score - a.score);
}
