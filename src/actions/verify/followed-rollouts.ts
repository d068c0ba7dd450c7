import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import { type ObjectRef, refText, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import { type RolloutProgress, rolloutProgress } from "./rollout-progress.ts";

/** Objects whose rollout is the change's own: its target, and what else it patches, such as workloads that read a value anew. */
const patchedBy = ({ target, steps }: ActionPlan): readonly ObjectRef[] =>
  uniqueRefs([target, ...steps.flatMap((step) => (step.type === "patch" ? [step.target] : []))]);

/** What makes another pod in place of the one that the change takes away. */
export function makersOf({ target, steps, alsoHolds = [] }: ActionPlan): readonly ObjectRef[] {
  const takenAway = steps.filter(({ type }) => type === "delete" || type === "evict");
  return takenAway.some((step) => sameRef(step.target, target)) ? alsoHolds : [];
}

/** Whether what is watched of the first object changed is still what it was before: then its status speaks of that. */
export function isFromBefore({ plan, executions }: StoredPlan, ref: ObjectRef, { metadata }: KubeObject): boolean {
  const [first] = plan.steps;
  const applied = executions.findLast(({ kind, outcome }) => kind === "apply" && outcome === "applied");
  const before = applied?.resourceVersionBefore;
  return (
    first !== undefined && sameRef(first.target, ref) && before !== undefined && metadata.resourceVersion === before
  );
}

/** How far the pods of all workloads that the change moves follow it; of several the first that has not come to its end. */
export async function followRollouts(
  stored: StoredPlan,
  look: (ref: ObjectRef) => Promise<KubeObject | undefined>,
): Promise<RolloutProgress> {
  let complete: RolloutProgress = { state: "not-applicable" };
  for (const ref of patchedBy(stored.plan)) {
    const object = await look(ref);
    if (object && isFromBefore(stored, ref, object))
      return { state: "progressing", reason: `${refText(ref)} is still seen as it was before` };
    const rollout = rolloutProgress(object);
    if (rollout.state === "progressing" || rollout.state === "stalled") return named(rollout, ref, stored.plan);
    if (rollout.state === "complete") complete = rollout;
  }
  for (const ref of makersOf(stored.plan)) {
    const rollout = rolloutProgress(await look(ref));
    // A rollout that stood still before is not this change's to move.
    if (rollout.state === "progressing") return named(rollout, ref, stored.plan);
  }
  return complete;
}

/** Whose rollout it is, where that is not plain. */
function named<R extends { readonly reason: string }>(rollout: R, ref: ObjectRef, { target }: ActionPlan): R {
  return sameRef(ref, target) ? rollout : { ...rollout, reason: `${refText(ref)}: ${rollout.reason}` };
}
