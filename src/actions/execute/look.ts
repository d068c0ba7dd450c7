import { isKind, type KubeObject } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import type { ActionPlan, TouchedObject, WriteStep } from "../../incident/fix/action-plan.ts";
import { refText, sameRef } from "../../incident/object-ref.ts";
import { intentDigest, intentOf } from "../change/intent.ts";
import { applyJsonPatch, type PatchOp } from "../change/json-patch.ts";
import { numberAt, valueAt } from "../change/plain.ts";
import type { ActorPreviewPort, WriteGuard } from "../cluster-port.ts";
import { autoscalerIsActive, blockingBudget, podIsReady } from "../conflicts.ts";
import { type NewScaler, newScalerOf } from "./new-scaler.ts";
import { isStamped } from "./stamp.ts";

/** Where a step stands, found out by looking at the cluster and not by remembering. */
export type Sight =
  /** Not done yet, and the object is as the plan knows it: the guard names the version that was seen. */
  | { readonly type: "todo"; readonly guard: WriteGuard; readonly object?: KubeObject }
  /** `unmarked`: it is as the plan wants it, without the plan's trace on it. */
  | { readonly type: "done"; readonly resourceVersion?: string; readonly unmarked?: true }
  | { readonly type: "conflict"; readonly detail: string }
  | { readonly type: "unreachable"; readonly detail: string };

/** `detail`: a sentence for people. */
const changed = (detail: string): Sight => ({
  type: "conflict",
  detail: `${detail.slice(0, 1).toUpperCase()}${detail.slice(1)}.`,
});

/** Looks whether a step of the plan is still to be done. */
export async function lookAt(
  step: WriteStep,
  plan: ActionPlan,
  phase: "apply" | "undo",
  cluster: Pick<ActorPreviewPort, "get" | "list">,
): Promise<Sight> {
  const name = refText(step.target);
  const read = await cluster.get(step.target);
  if (read.type === "failed") return { type: "unreachable", detail: `${name} could not be read: ${read.detail}` };
  const object = read.type === "found" ? read.object : undefined;
  const touch = plan.touches.find((entry) => sameRef(entry.target, step.target));
  switch (step.type) {
    case "patch":
      if (!object) return changed(`${name} does not exist any more`);
      if (object.metadata.uid !== touch?.uid) return changed(`${name} was deleted and made anew`);
      return await beforePatch(object, step, { plan, phase, touch }, cluster);
    case "create":
      if (!object) return await beforeCreate(step, plan, cluster);
      return isStamped(object, plan, phase) ? doneWith(object) : changed(`${name} exists already`);
    case "delete":
    case "evict":
      if (!object || object.metadata.deletionTimestamp) return { type: "done" };
      if (!touch) return beforeTakingBack(object, step, plan);
      if (object.metadata.uid !== touch.uid) return { type: "done" };
      return step.type === "delete" ? await beforeDelete(object, step, plan, cluster) : todoWith(object);
    case "http":
      // A pod that is gone needs no healing; another one of the same name is not the sick one.
      return object && object.metadata.uid === touch?.uid ? todoWith(object) : { type: "done" };
  }
}

const doneWith = ({ metadata }: KubeObject): Extract<Sight, { type: "done" }> => ({
  type: "done",
  ...(metadata.resourceVersion ? { resourceVersion: metadata.resourceVersion } : {}),
});

function todoWith(object: KubeObject): Sight {
  const { uid, resourceVersion } = object.metadata;
  return { type: "todo", guard: { uid, ...(resourceVersion ? { resourceVersion } : {}) }, object };
}

type PatchStep = Extract<WriteStep, { type: "patch" }>;
const options = (step: PatchStep) => ({ replicas: step.subresource === "scale" });

function isReached(object: KubeObject, step: PatchStep, touch: TouchedObject, phase: "apply" | "undo"): boolean {
  return intentDigest(object, options(step)) === (phase === "apply" ? touch.after : touch.before);
}

async function beforePatch(
  object: KubeObject,
  step: PatchStep,
  { plan, phase, touch }: { plan: ActionPlan; phase: "apply" | "undo"; touch: TouchedObject },
  cluster: Pick<ActorPreviewPort, "list">,
): Promise<Sight> {
  if (isStamped(object, plan, phase)) return doneWith(object);
  if (isReached(object, step, touch, phase)) return { ...doneWith(object), unmarked: true };
  return phase === "apply"
    ? await beforeApply(object, step, touch, cluster)
    : await beforeUndo(object, step, plan, cluster);
}

async function beforeApply(
  object: KubeObject,
  step: PatchStep,
  touch: TouchedObject,
  cluster: Pick<ActorPreviewPort, "list">,
): Promise<Sight> {
  if (intentDigest(object, options(step)) !== touch.before)
    return changed(`${refText(step.target)} was changed since the plan was made`);
  if (step.subresource !== "scale" || !autoscalerIsActive(object)) return todoWith(object);
  return unlessScaled(todoWith(object), await newScalerOf(object, cluster, { forCpu: false }));
}

function unlessScaled(otherwise: Sight, scaler: NewScaler): Sight {
  if (scaler.type === "found") return changed(scaler.detail);
  return scaler.type === "unreachable" ? scaler : otherwise;
}

/** What is made was worked out from the target: another one of its name may be running what the copy would run a second time. */
async function beforeCreate(
  step: WriteStep,
  { target, targetUid }: ActionPlan,
  cluster: Pick<ActorPreviewPort, "get" | "list">,
): Promise<Sight> {
  const read = await cluster.get(target);
  if (read.type === "failed")
    return { type: "unreachable", detail: `${refText(target)} could not be read: ${read.detail}` };
  if (read.type === "gone") return changed(`${refText(target)} does not exist any more`);
  if (read.object.metadata.uid !== targetUid) return changed(`${refText(target)} was deleted and made anew`);
  if (step.target.kind !== "HorizontalPodAutoscaler") return { type: "todo", guard: {} };
  return unlessScaled({ type: "todo", guard: {} }, await newScalerOf(read.object, cluster, { forCpu: true }));
}

/**
 * The cluster asks disruption budgets about evictions, and about nothing that is deleted: a pod that was broken when the plan
 * was made may have come up since, and be the last one that its budget keeps.
 */
async function beforeDelete(
  object: KubeObject,
  { target }: WriteStep,
  plan: ActionPlan,
  cluster: Pick<ActorPreviewPort, "list">,
): Promise<Sight> {
  if (!isKind(object, "Pod") || !podIsReady(object)) return todoWith(object);
  // It stood in the way of a rollout, which goes on by itself now.
  if (!sameRef(target, plan.target)) return { type: "done" };
  const budgets = await cluster.list("PodDisruptionBudget", target.namespace);
  if (budgets.type === "failed")
    return { type: "unreachable", detail: `disruption budgets could not be read: ${budgets.detail}` };
  const budget = blockingBudget(object, budgets.objects);
  return budget
    ? changed(`${refText(target)} is ready, and disruption budget ${budget.metadata.name} lets none of its pods go now`)
    : todoWith(object);
}

/** Undoing a creation: only what this plan has made is deleted, and only as it was made. */
function beforeTakingBack(object: KubeObject, { target }: WriteStep, plan: ActionPlan): Sight {
  const name = refText(target);
  if (!isStamped(object, plan, "apply")) return changed(`${name} is not the one that was created`);
  return isTuned(object, plan) ? changed(`somebody has set ${name} otherwise since`) : todoWith(object);
}

/** Whether somebody has set the bounds of an autoscaler since it was made. The API keeps what it was given there as it is. */
function isTuned(object: KubeObject, plan: ActionPlan): boolean {
  if (!isKind(object, "HorizontalPodAutoscaler")) return false;
  const made = plan.steps.find(({ type, target }) => type === "create" && sameRef(target, refOf(object)));
  const body = made?.type === "create" ? made.body : undefined;
  return ["minReplicas", "maxReplicas"].some((key) => numberAt(object, "spec", key) !== numberAt(body, "spec", key));
}

/** An undo may find other fields changed since; it goes on as long as its own still are as kubemend left them. */
async function beforeUndo(
  object: KubeObject,
  step: PatchStep,
  plan: ActionPlan,
  cluster: Pick<ActorPreviewPort, "list">,
): Promise<Sight> {
  const name = refText(step.target);
  if (step.subresource === "scale") {
    const applied = plan.steps.find(
      (other) => other.type === "patch" && other.subresource === "scale" && sameRef(other.target, step.target),
    );
    const replicas = applied?.type === "patch" ? numberAt(applied.body, "spec", "replicas") : undefined;
    if (valueAt(object, "spec", "replicas") !== replicas)
      return changed(`somebody has changed the replicas of ${name} since`);
    if (!autoscalerIsActive(object)) return todoWith(object);
    return unlessScaled(todoWith(object), await newScalerOf(object, cluster, { forCpu: false }));
  }
  const ops = (Array.isArray(step.body) ? step.body : []) as readonly PatchOp[];
  const tried = applyJsonPatch(intentOf(object), ops);
  return tried.ok ? todoWith(object) : changed(`somebody has changed ${tried.path} of ${name} since`);
}
