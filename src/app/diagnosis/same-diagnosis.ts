import type { Diagnosis } from "../../incident/diagnosis/diagnosis.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import { type ObjectRef, refKey, refText } from "../../incident/object-ref.ts";
import { canonicalJson } from "../../lib/stable-hash.ts";

const names = (refs: readonly ObjectRef[]) => refs.map(refKey).sort().join();

/** A probability that moved by less says the same thing. */
const sameProbability = 0.05;

/** The worst line may come late; how often it was written since is no news. */
function logsTheSame({ logView: before }: Diagnosis, { logView: after }: Diagnosis): boolean {
  if (!before || !after) return before === after;
  return before.worst.level === after.worst.level && names([before.worst.workload]) === names([after.worst.workload]);
}

/** Whether the rules say now what they said before, whatever a model has added to it since. */
export function saysTheSame(before: Diagnosis, after: Diagnosis): boolean {
  if (!before.model && before.inconclusive !== after.inconclusive) return false;
  if (!logsTheSame(before, after)) return false;
  if (names(before.blastRadius) !== names(after.blastRadius)) return false;
  const old = (before.model?.basis ?? before.hypotheses).slice(0, 2);
  const fresh = after.hypotheses.slice(0, 2);
  return (
    old.length === fresh.length &&
    fresh.every((hypothesis, i) => {
      const known = old[i];
      return (
        known?.cause === hypothesis.cause &&
        refText(known.culprit) === refText(hypothesis.culprit) &&
        Math.abs(known.probability - hypothesis.probability) < sameProbability
      );
    })
  );
}

/** Whether the fixes that are shown are the same, so that plans made for them stay valid. */
export function offersTheSame(before: readonly Recommendation[], after: readonly Recommendation[]): boolean {
  const gist = (list: readonly Recommendation[]) =>
    canonicalJson(
      list
        // What a model proposes beside the rules' fixes stands or falls with the model.
        .filter(({ action }) => action !== "free-patch")
        .slice(0, 3)
        .map(({ id, action, target, params }) => ({ id, action, target, params })),
    );
  return gist(before) === gist(after);
}
