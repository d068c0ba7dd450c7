import type { PastCase } from "../../../src/rca/neutral/history.ts";
import type { NeutralCase } from "../../../src/rca/neutral/neutral-case.ts";
import type { NeutralResult } from "../../../src/rca/neutral/rank-case.ts";
import type { LabelledCase } from "./read-set.ts";

export type RankCase = (input: NeutralCase, history: readonly PastCase[]) => NeutralResult;

/** Chance that the true entity is among the first `k` when entities of the same score come in any order. */
export function chanceAmong(k: number, { ranking }: NeutralResult, entity: string): number {
  const own = ranking.find((one) => one.entity === entity)?.score;
  if (own === undefined) return 0;
  const above = ranking.filter(({ score }) => score > own).length;
  const ties = ranking.filter(({ score }) => score === own).length;
  return Math.min(1, Math.max(0, (k - above) / ties));
}

/** 1 when the first change is the true one; undefined when the case has none to rank. */
function changeFirst({ changes }: NeutralResult, commit: string | undefined): number | undefined {
  if (!changes || commit === undefined) return undefined;
  return changes[0]?.id === commit ? 1 : 0;
}

/** How right one answer is, 0..1: the first entity and, where changes are ranked, the first change. */
export function correctness(result: NeutralResult, { label }: LabelledCase): number {
  const entity = chanceAmong(1, result, label.entity);
  const change = changeFirst(result, label.commit);
  return change === undefined ? entity : (entity + change) / 2;
}
