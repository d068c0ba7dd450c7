import { type ApiObject, objectAt, objectsAt, stringAt } from "./json.ts";
import type { ObjectTable } from "./object-table.ts";
import { findResource } from "./registry.ts";
import { nanoOf } from "./schema/quantity.ts";
import { forbidden, type StatusFailure, withCauses } from "./status-errors.ts";

/** The 403 of a resize that asks for more than the pod's node has at all; undefined when it fits or is on no known node. */
export function beyondNode(table: ObjectTable, pod: ApiObject): StatusFailure | undefined {
  const nodes = findResource("", "v1", "nodes");
  const node = nodes === undefined ? undefined : table.get(nodes, "", stringAt(pod, "spec", "nodeName") ?? "");
  if (node === undefined) return undefined;
  for (const [name, unit] of [
    ["cpu", 1_000_000n],
    ["memory", 1_000_000_000n],
  ] as const) {
    const allocatable = nanoOf(objectAt(node, "status", "allocatable")[name]);
    const requested = objectsAt(pod, "spec", "containers").reduce(
      (sum, c) => sum + (nanoOf(objectAt(c, "resources", "requests")[name]) ?? 0n),
      0n,
    );
    if (allocatable === undefined || requested <= allocatable) continue;
    // The real text counts cpu in milli-cores and memory in bytes.
    const why = `node didn't have enough allocatable resources: ${name}, requested: ${requested / unit}, allocatable: ${allocatable / unit}`;
    const error = forbidden({ group: "", name: "pods" }, pod.metadata.name, why);
    return withCauses(error, [{ reason: "NodeCapacity" }]);
  }
  return undefined;
}
