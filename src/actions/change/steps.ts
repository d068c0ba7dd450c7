import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import type { TouchedObject, WriteStep } from "../../incident/fix/action-plan.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import type { Change } from "./change.ts";
import { intentDigest, intentOf } from "./intent.ts";
import { jsonPatchBetween } from "./json-patch.ts";
import { numberAt, type Plain, withValueAt } from "./plain.ts";

const refOf = ({ kind, metadata }: { kind: string; metadata: { name: string; namespace?: string } }): ObjectRef =>
  makeRef(kind, metadata.namespace, metadata.name);

/** Annotations are left out: kubemend's stamp is put on when the step runs, and others' bookkeeping is none of ours. */
const patchable = (object: KubeObject): Plain => withValueAt(intentOf(object), ["metadata", "annotations"], undefined);

/**
 * The request that turns `before` into `after`: a JSON patch with tests, because it says exactly what changes (a strategic
 * merge reorders lists, a merge patch replaces them) and turned around it restores exactly what was.
 */
function patchStep(before: KubeObject, after: KubeObject): WriteStep {
  return {
    type: "patch",
    target: refOf(before),
    patchType: "json",
    body: jsonPatchBetween(patchable(before), patchable(after)),
  };
}

/** A merge patch, since a scale of 0 has no `replicas` field that a JSON patch could test. */
function scaleStep(object: KubeObject, replicas: number): WriteStep {
  return {
    type: "patch",
    target: refOf(object),
    subresource: "scale",
    patchType: "merge",
    body: { spec: { replicas } },
  };
}

/**
 * The one request that makes the change. A `modify` that changes nothing becomes a patch without operations: ask
 * `changesNothing`.
 */
export function stepOf(change: Change): WriteStep {
  switch (change.type) {
    case "modify":
      return patchStep(change.before, change.after);
    case "scale":
      return scaleStep(change.before, change.replicas);
    case "delete":
      return { type: "delete", target: refOf(change.object), propagation: change.propagation };
    case "evict":
      return { type: "evict", target: refOf(change.object) };
    case "create":
      return { type: "create", target: refOf(change.object), body: change.object };
    case "heal":
      return { type: "http", target: refOf(change.object), port: change.port, method: "POST", path: change.path };
  }
}

/** True when the change is already how things are. */
export function changesNothing(change: Change): boolean {
  if (change.type === "modify") return jsonPatchBetween(patchable(change.before), patchable(change.after)).length === 0;
  if (change.type === "scale") return (numberAt(change.before, "spec", "replicas") ?? 1) === change.replicas;
  return false;
}

/** The step that takes a change back; undefined when there is none. `after` is the object as the dry run returned it. */
export function undoStepOf(change: Change, after: KubeObject | undefined): WriteStep | undefined {
  if (change.type === "modify") return after && patchStep(after, change.before);
  if (change.type === "scale") return scaleStep(change.before, numberAt(change.before, "spec", "replicas") ?? 1);
  if (change.type === "create") return { type: "delete", target: refOf(change.object), propagation: "Background" };
  return undefined;
}

/** What the plan relies on about the object a change is made to; undefined for an object that does not exist yet. */
export function touchOf(change: Change, after: KubeObject | undefined): TouchedObject | undefined {
  if (change.type === "create") return undefined;
  const object = change.type === "modify" || change.type === "scale" ? change.before : change.object;
  const known = {
    target: refOf(object),
    uid: object.metadata.uid,
    resourceVersion: object.metadata.resourceVersion ?? "",
  };
  if (change.type === "modify" || change.type === "scale") {
    const options = { replicas: change.type === "scale" };
    return { ...known, before: intentDigest(object, options), after: after ? intentDigest(after, options) : null };
  }
  // Pods change by themselves all the time; only which pod it is matters.
  return { ...known, before: "", after: change.type === "heal" ? "" : null };
}
