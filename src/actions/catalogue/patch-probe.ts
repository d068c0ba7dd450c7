import type { Container, Probe } from "../../cluster/kubernetes-types.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { withValueAt } from "../change/plain.ts";
import { containerOf, podCountOf, rolloutNote, templateKinds, withContainer } from "../change/workload.ts";
import { defineAction, refuse } from "../define-action.ts";
import { noSuchContainer, templatePermissions } from "./template-action.ts";

const fieldOf = { liveness: "livenessProbe", readiness: "readinessProbe", startup: "startupProbe" } as const;
const handlers = ["httpGet", "tcpSocket", "exec", "grpc"] as const;
const defaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 } as const;

/**
 * The probe as it shall stand. It replaces the old one whole, so that no handler of the old one is left beside the new
 * one; fields that would only take the server's default are filled in as the server does, to keep the diff to what changes.
 */
function completed(value: Probe): Probe {
  const httpGet = value.httpGet && { scheme: "HTTP", path: "/", ...value.httpGet };
  return { ...defaults, ...value, ...(httpGet ? { httpGet } : {}) };
}

export const patchProbe = defineAction({
  name: "patch-probe",
  risk: "medium",
  kinds: templateKinds,
  params: actionParams["patch-probe"],
  permissions: templatePermissions,
  changesDeclaredState: true,
  rollsOut: true,
  undo: "previous-values",
  expects: "The kubelet's probe succeeds: pods become ready and are no longer killed.",
  verifyWithinMs: 5 * 60_000,
  draft(target, { container, probe, value }) {
    if (!containerOf(target, container)) return noSuchContainer(target, container);
    if (value && handlers.filter((handler) => value[handler] !== undefined).length !== 1) {
      return refuse("invalid-params", `A probe needs exactly one of ${handlers.join(", ")}.`);
    }
    const next = value === null ? undefined : completed(value as Probe);
    const after = withContainer(target, container, (old: Container) => withValueAt(old, [fieldOf[probe]], next));
    return {
      changes: [{ type: "modify", before: target, after }],
      pods: podCountOf(target),
      note: rolloutNote(target),
    };
  },
});
