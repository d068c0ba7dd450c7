import { isKind, type KubeObject } from "../../cluster/kubernetes-types.ts";
import type { ActionPlan, WriteStep } from "../../incident/fix/action-plan.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import { type ObjectRef, refText, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import { intentDigest } from "../change/intent.ts";
import { numberAt } from "../change/plain.ts";
import { isFromBefore, makersOf } from "./followed-rollouts.ts";

export interface UntoldDeps {
  /** An object as last seen. */
  readonly look: (ref: ObjectRef) => Promise<KubeObject | undefined>;
  /** Whether an object was seen, and is deleted. */
  readonly isGone?: (ref: ObjectRef) => boolean;
}

const isWorkload = ({ kind }: ObjectRef) => kind === "Deployment" || kind === "StatefulSet" || kind === "DaemonSet";

function wantsNoPods(object: KubeObject): boolean {
  if (isKind(object, "DaemonSet")) return numberAt(object, "status", "desiredNumberScheduled") === 0;
  return numberAt(object, "spec", "replicas") === 0;
}

const isScale = (step: WriteStep, ref: ObjectRef) =>
  step.type === "patch" && step.subresource === "scale" && sameRef(step.target, ref);

/** Whether the plan itself wants a workload without pods. */
const wantsNone = ({ steps }: ActionPlan, ref: ObjectRef) =>
  steps.some((step) => isScale(step, ref) && step.type === "patch" && numberAt(step.body, "spec", "replicas") === 0);

/**
 * Why symptoms that are gone do not say that a change helped: with the workload that showed them, or with its last pod, they are
 * only out of sight. @param shown what showed the symptoms when the change was applied
 */
export async function whyOutOfSight(
  { plan }: StoredPlan,
  shown: readonly ObjectRef[],
  { look, isGone }: UntoldDeps,
): Promise<string | undefined> {
  const refs = uniqueRefs([plan.target, ...makersOf(plan), ...shown]).filter(isWorkload);
  for (const ref of refs) {
    const object = await look(ref);
    if (!object && isGone?.(ref) && plan.action !== "remove-finalizer") return `${refText(ref)} was deleted since`;
    if (object && wantsNoPods(object) && !wantsNone(plan, ref)) return `${refText(ref)} has no pods any more`;
  }
  return undefined;
}

/** Which object of the change is again as it was before it: a GitOps tool, an operator or somebody has put it back. */
export async function whatWasPutBack(stored: StoredPlan, { look }: UntoldDeps): Promise<ObjectRef | undefined> {
  const { steps, touches } = stored.plan;
  for (const { target, before } of touches) {
    const step = steps.find((one) => one.type === "patch" && sameRef(one.target, target));
    const object = step && (await look(target));
    if (!object || isFromBefore(stored, target, object)) continue;
    if (intentDigest(object, { replicas: isScale(step, target) }) === before) return target;
  }
  return undefined;
}
