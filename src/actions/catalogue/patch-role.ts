import { actionParams } from "../../incident/fix/action-params.ts";
import { withValueAt } from "../change/plain.ts";
import { defineAction } from "../define-action.ts";

export const patchRole = defineAction({
  name: "patch-role",
  risk: "high",
  kinds: ["Role", "ClusterRole"],
  params: actionParams["patch-role"],
  // The API lets nobody grant what he does not hold himself: the dry run tells when the actor may not.
  permissions: [
    { verb: "patch", group: "rbac.authorization.k8s.io", resource: "roles" },
    { verb: "patch", group: "rbac.authorization.k8s.io", resource: "clusterroles" },
  ],
  changesDeclaredState: true,
  rollsOut: false,
  undo: "previous-values",
  expects: "Requests that were refused (403) succeed.",
  verifyWithinMs: 2 * 60_000,
  draft: (target, { rules }) => ({
    changes: [{ type: "modify", before: target, after: withValueAt(target, ["rules"], rules) }],
    pods: 0,
    note: "No pod restarts; permissions change at once.",
  }),
});
