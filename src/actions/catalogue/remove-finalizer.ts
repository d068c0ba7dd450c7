import { actionParams } from "../../incident/fix/action-params.ts";
import { withValueAt } from "../change/plain.ts";
import { defineAction, refuse } from "../define-action.ts";

export const removeFinalizer = defineAction({
  name: "remove-finalizer",
  risk: "high",
  kinds: ["Pod", "PersistentVolumeClaim", "Job", "Deployment", "StatefulSet", "Service", "ConfigMap"],
  params: actionParams["remove-finalizer"],
  permissions: [
    { verb: "patch", group: "", resource: "pods" },
    { verb: "patch", group: "", resource: "persistentvolumeclaims" },
    { verb: "patch", group: "", resource: "services" },
    { verb: "patch", group: "", resource: "configmaps" },
    { verb: "patch", group: "batch", resource: "jobs" },
    { verb: "patch", group: "apps", resource: "deployments" },
    { verb: "patch", group: "apps", resource: "statefulsets" },
  ],
  changesDeclaredState: false,
  rollsOut: false,
  undo: {
    irreversible: "Without its finalizer the object goes away, and what the finalizer was to clean up stays behind.",
  },
  expects: "The object that hangs in deletion is gone.",
  verifyWithinMs: 2 * 60_000,
  draft(target, { finalizer }) {
    const { name, finalizers = [], deletionTimestamp } = target.metadata;
    if (!deletionTimestamp)
      return refuse("not-supported", `${target.kind} ${name} is not being deleted; its finalizers protect it.`);
    if (!finalizers.includes(finalizer))
      return refuse("nothing-to-change", `${target.kind} ${name} has no finalizer ${finalizer}.`);
    const rest = finalizers.filter((other) => other !== finalizer);
    const after = withValueAt(target, ["metadata", "finalizers"], rest.length > 0 ? rest : undefined);
    return {
      changes: [{ type: "modify", before: target, after }],
      pods: 0,
      note: `What ${finalizer} was to clean up must be cleaned up by hand.`,
    };
  },
});
