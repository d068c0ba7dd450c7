import type { CauseCode } from "../cause.ts";
import { type ObjectRef, sameRef } from "../object-ref.ts";

/** What of an incident is compared with others. */
export interface IncidentFacets {
  readonly groupKey: string;
  readonly target: ObjectRef;
  /** Absent while nobody knows it. */
  readonly cause?: CauseCode;
  /** What was seen, where: fingerprints of the anomalies. */
  readonly fingerprints: readonly string[];
  /** What was seen, wherever: detector and reason of the anomalies. */
  readonly signs: readonly string[];
}

const weights = { place: 0.3, fingerprints: 0.35, signs: 0.2, cause: 0.15 } as const;
/** The same name in another namespace is another installation of the same thing. */
const sameNameElsewhere = 0.5;

/** Share of what either has that both have (Jaccard 1912); 0 when neither has anything. */
export function overlap(a: readonly string[], b: readonly string[]): number {
  const [left, right] = [new Set(a), new Set(b)];
  const shared = [...left].filter((item) => right.has(item)).length;
  const all = left.size + right.size - shared;
  return all === 0 ? 0 : shared / all;
}

function place(a: IncidentFacets, b: IncidentFacets): number {
  if (a.groupKey === b.groupKey || sameRef(a.target, b.target)) return 1;
  return a.target.kind === b.target.kind && a.target.name === b.target.name ? sameNameElsewhere : 0;
}

/**
 * How alike two incidents are, 0..1: where they happened, what was seen there, what kind of thing was seen anywhere, and the
 * cause. While one of the causes is not known, the rest decides alone. Symmetric.
 */
export function similarity(a: IncidentFacets, b: IncidentFacets): number {
  const parts = [
    [weights.place, place(a, b)],
    [weights.fingerprints, overlap(a.fingerprints, b.fingerprints)],
    [weights.signs, overlap(a.signs, b.signs)],
    ...(a.cause && b.cause ? [[weights.cause, Number(a.cause === b.cause)] as const] : []),
  ] as const;
  const total = parts.reduce((sum, [weight]) => sum + weight, 0);
  return parts.reduce((sum, [weight, value]) => sum + weight * value, 0) / total;
}
