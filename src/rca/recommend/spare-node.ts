import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Case } from "../case/case.ts";

/** True when another node takes pods: cordoning or draining the last one keeps every new pod waiting. */
export function hasSpareNode(open: Case, node: ObjectRef): boolean {
  return open.observation.objects
    .list("Node")
    .some(
      ({ metadata, spec, status }) =>
        metadata.name !== node.name &&
        !spec?.unschedulable &&
        status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
    );
}
