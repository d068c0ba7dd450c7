import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import type { ActionPlan, WriteStep } from "../../incident/fix/action-plan.ts";
import { stampPrefix } from "../change/intent.ts";
import { isPlain } from "../change/plain.ts";

const digestKey = `${stampPrefix}plan-digest`;
const incidentKey = `${stampPrefix}incident`;

type Phase = "apply" | "undo";
const mark = (plan: ActionPlan, phase: Phase) => (phase === "apply" ? plan.digest : `undone-${plan.digest}`);

/** Whether the object bears the trace of this plan in this phase: then the step has been done, whatever became of its answer. */
export function isStamped(object: KubeObject, plan: ActionPlan, phase: Phase): boolean {
  return object.metadata.annotations?.[digestKey] === mark(plan, phase);
}

/**
 * The step with kubemend's annotations: for whoever meets the object later, and for kubemend itself after a crash. They
 * are no part of the diff that was approved, only of every change kubemend makes. A scale has no annotations to carry them.
 */
export function stamped(step: WriteStep, plan: ActionPlan, phase: Phase, object: KubeObject | undefined): WriteStep {
  const annotations = { [incidentKey]: plan.incidentId, [digestKey]: mark(plan, phase) };
  if (step.type === "create") return { ...step, body: merged(step.body, annotations) };
  if (step.type !== "patch" || step.subresource) return step;
  if (step.patchType !== "json") return { ...step, body: merged(step.body, annotations) };
  const ops: readonly unknown[] = Array.isArray(step.body) ? step.body : [];
  const add = object?.metadata.annotations
    ? Object.entries(annotations).map(([key, value]) => ({
        op: "add",
        path: `/metadata/annotations/${key.replaceAll("/", "~1")}`,
        value,
      }))
    : [{ op: "add", path: "/metadata/annotations", value: annotations }];
  return { ...step, body: [...ops, ...add] };
}

function merged(body: unknown, annotations: Readonly<Record<string, string>>): unknown {
  const map = isPlain(body) ? body : {};
  const metadata = isPlain(map.metadata) ? map.metadata : {};
  const own = isPlain(metadata.annotations) ? metadata.annotations : {};
  return { ...map, metadata: { ...metadata, annotations: { ...own, ...annotations } } };
}
