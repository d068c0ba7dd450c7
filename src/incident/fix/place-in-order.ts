import type { ActionCode } from "../action-code.ts";
import { causeTitles } from "../cause.ts";
import { isGentler, isLastResort } from "./ladder.ts";
import type { Recommendation } from "./recommendation.ts";

/** What makes the steps of the ladder gentle. */
const gentle: Partial<Record<ActionCode, string>> = {
  "soft-heal": "nothing restarts",
  "delete-pod": "one pod is replaced",
  restart: "the release stays",
};

const shownPercent = ({ confidence }: Recommendation) => Math.round(confidence * 100);

/** The fixes after this one against the same cause that are likelier to help, as people see the figures. */
function likelierAfter(one: Recommendation, all: readonly Recommendation[]): readonly Recommendation[] {
  return all
    .slice(all.indexOf(one) + 1)
    .filter((other) => other.cause === one.cause && shownPercent(other) > shownPercent(one));
}

/** Whether nothing after it against the same cause is likelier to help. */
export const isLikeliest = (one: Recommendation, all: readonly Recommendation[]): boolean =>
  likelierAfter(one, all).length === 0;

/**
 * Why a fix stands where it does although its figure says otherwise, in one short phrase: before a likelier one, or against
 * another cause than those above it. Undefined where the figures tell it.
 */
export function placeInOrder(one: Recommendation, all: readonly Recommendation[]): string | undefined {
  const after = likelierAfter(one, all);
  const words = gentle[one.action];
  if (words && after.some((other) => isGentler(one, other)))
    return `before a likelier one because it is gentler: ${words}`;
  if (after.some(isLastResort)) return "before a likelier one that cannot be undone";
  const first = all[0]?.cause;
  return one.cause && first && one.cause !== first ? `if it is rather: ${causeTitles[one.cause]}` : undefined;
}
