import { isKind } from "../../cluster/kubernetes-types.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Finding } from "./evidence-book.ts";

/** State of a node: conditions, cordon, taints. */
export function nodeFinding(observation: Observation, ref: ObjectRef, now: number): Finding | undefined {
  const found = observation.objects.find(ref);
  if (!isKind(found?.object, "Node")) return undefined;
  const { spec, status } = found.object;
  const conditions = (status?.conditions ?? []).map(
    (condition) =>
      `${condition.type}=${condition.status}${condition.status === "True" && condition.type !== "Ready" ? ` (${condition.reason ?? ""})` : ""}`,
  );
  const taints = (spec?.taints ?? []).map((taint) => `${taint.key}:${taint.effect}`);
  return {
    source: "node",
    about: ref,
    query: `kubectl describe node ${ref.name}`,
    text: `Node ${ref.name}: ${found.deletedAt === undefined ? "" : "deleted; "}${spec?.unschedulable ? "cordoned; " : ""}${taints.length > 0 ? `taints ${taints.join(", ")}; ` : ""}${conditions.join(", ")}; allocatable cpu ${status?.allocatable?.cpu ?? "?"}, memory ${status?.allocatable?.memory ?? "?"}`,
    at: found.deletedAt ?? now,
  };
}
