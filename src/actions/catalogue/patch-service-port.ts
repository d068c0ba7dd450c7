import { actionParams } from "../../incident/fix/action-params.ts";
import { isPlain, valueAt, withValueAt } from "../change/plain.ts";
import { defineAction, refuse } from "../define-action.ts";

export const patchServicePort = defineAction({
  name: "patch-service-port",
  risk: "medium",
  kinds: ["Service"],
  params: actionParams["patch-service-port"],
  permissions: [{ verb: "patch", group: "", resource: "services" }],
  changesDeclaredState: true,
  rollsOut: false,
  undo: "previous-values",
  expects: "Connections through the Service are accepted by the pods.",
  verifyWithinMs: 2 * 60_000,
  draft(target, { port, targetPort }) {
    const ports = valueAt(target, "spec", "ports");
    const list = Array.isArray(ports) ? ports.filter(isPlain) : [];
    if (!list.some((entry) => entry.port === port)) {
      return refuse(
        "invalid-params",
        `Service ${target.metadata.name} has no port ${port}; it has ${list.map((entry) => String(entry.port)).join(", ") || "none"}.`,
      );
    }
    const next = list.map((entry) => (entry.port === port ? { ...entry, targetPort } : entry));
    const after = withValueAt(target, ["spec", "ports"], next);
    return {
      changes: [{ type: "modify", before: target, after }],
      pods: 0,
      note: "No pod restarts; new connections go to the new port.",
    };
  },
});
