import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { digestOf } from "../../lib/stable-hash.ts";
import { isPlain, type Plain, valueAt, withValueAt } from "./plain.ts";

/** kubemend's own annotations: traces of what it did, not something that anybody asked for. */
export const stampPrefix = "kubemend.dev/";
/** Annotations on workloads that switch a feature of kubemend on are the owner's wish and stay. */
const wishes = new Set([`${stampPrefix}heal-path`, `${stampPrefix}heal-port`]);

// Written by controllers and by kubectl as bookkeeping.
const bookkeeping = new Set([
  "deployment.kubernetes.io/revision",
  "deployment.kubernetes.io/revision-history",
  "deprecated.daemonset.template.generation",
  "kubectl.kubernetes.io/last-applied-configuration",
]);

function annotationsOf(object: KubeObject): Plain | undefined {
  const kept = Object.entries(object.metadata.annotations ?? {}).filter(
    ([key]) => !bookkeeping.has(key) && (wishes.has(key) || !key.startsWith(stampPrefix)),
  );
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/**
 * What people and controllers ask of an object: everything but status, the server's bookkeeping in `metadata` and
 * kubemend's own annotations. Two versions with equal intent differ in nothing that a plan could be about.
 */
export function intentOf(object: KubeObject): Plain {
  const { status: _status, metadata, ...rest } = object as KubeObject & Plain;
  const annotations = annotationsOf(object);
  const meta = {
    name: metadata.name,
    ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    ...(metadata.labels ? { labels: metadata.labels } : {}),
    ...(annotations ? { annotations } : {}),
    ...(metadata.finalizers?.length ? { finalizers: metadata.finalizers } : {}),
  };
  return { ...rest, metadata: meta };
}

/**
 * A digest that is equal as long as a plan made for the object still means the same. Left out, unless the plan itself is
 * about them, are the fields that other controllers move all the time: replicas under an autoscaler, taints of a node.
 */
export function intentDigest(object: KubeObject, options: { readonly replicas?: boolean } = {}): string {
  let intent = intentOf(object);
  if (object.kind === "Node")
    intent = { kind: "Node", spec: { unschedulable: valueAt(object, "spec", "unschedulable") === true } };
  if (!options.replicas && isPlain(intent.spec) && "template" in intent.spec) {
    intent = withValueAt(intent, ["spec", "replicas"], undefined);
  }
  return digestOf({ ...intent, deleting: object.metadata.deletionTimestamp !== undefined });
}
