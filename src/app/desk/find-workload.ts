import type { Observation } from "../../cluster/observation.ts";
import { listWorkloads } from "../../cluster/workload.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";

export type FoundWorkload =
  | { readonly type: "found"; readonly ref: ObjectRef }
  | { readonly type: "several"; readonly refs: readonly ObjectRef[] }
  | { readonly type: "none"; readonly near: readonly ObjectRef[] };

const shown = 5;

/** Finds a workload, a node or a service as people name it: `carts`, `shop/carts`, `deployment/shop/carts`, `node-1`. */
export function findWorkload(observation: Observation, text: string): FoundWorkload {
  const parts = text
    .trim()
    .split("/")
    .filter((part) => part !== "");
  const name = parts.at(-1) ?? "";
  const namespace = parts.length > 1 ? parts.at(-2) : undefined;
  const kind = parts.length > 2 ? parts.at(-3)?.toLowerCase() : undefined;
  const { live } = listWorkloads(observation);
  const all = [...live, ...observation.objects.list("Node"), ...observation.objects.list("Service")].map((object) =>
    makeRef(object.kind, object.metadata.namespace, object.metadata.name),
  );
  const matching = all.filter(
    (ref) =>
      ref.name === name &&
      (namespace === undefined || namespace === ref.namespace || namespace.toLowerCase() === ref.kind.toLowerCase()) &&
      (kind === undefined || kind === ref.kind.toLowerCase()),
  );
  // A service is named like what stands behind it; people mean the workload.
  const workloads = matching.filter((ref) => ref.kind !== "Service");
  const refs = workloads.length > 0 ? workloads : matching;
  const [only, ...others] = refs;
  if (only && others.length === 0) return { type: "found", ref: only };
  if (only) return { type: "several", refs: refs.slice(0, shown) };
  const near = all.filter((ref) => name !== "" && ref.kind !== "Service" && ref.name.includes(name)).slice(0, shown);
  return { type: "none", near };
}
