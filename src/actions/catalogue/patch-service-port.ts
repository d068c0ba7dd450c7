import { actionParams } from "../../incident/fix/action-params.ts";
import { isPlain, type Plain, valueAt, withValueAt } from "../change/plain.ts";
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
  draft(target, { port, protocol, targetPort }) {
    const ports = valueAt(target, "spec", "ports");
    const list = Array.isArray(ports) ? ports.filter(isPlain) : [];
    const isMeant = (entry: Plain) =>
      entry["port"] === port && (protocol === undefined || (entry["protocol"] ?? "TCP") === protocol);
    if (!list.some(isMeant)) {
      return refuse(
        "invalid-params",
        `Service ${target.metadata.name} has no port ${port}${protocol ? `/${protocol}` : ""}; it has ${list.map((entry) => String(entry.port)).join(", ") || "none"}.`,
      );
    }
    const next = list.map((entry) => (isMeant(entry) ? { ...entry, targetPort } : entry));
    const after = withValueAt(target, ["spec", "ports"], next);
    return {
      changes: [{ type: "modify", before: target, after }],
      pods: 0,
      note: "No pod restarts; new connections go to the new port.",
    };
  },
});
