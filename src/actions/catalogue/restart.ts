import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { rolloutKinds } from "../../cluster/workload.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { isoTime } from "../../lib/clock.ts";
import { valueAt, withValueAt } from "../change/plain.ts";
import { podCountOf, podTemplateOf, rolloutNote, withPodTemplate } from "../change/workload.ts";
import { defineAction, refuse } from "../define-action.ts";

export const restartedAt = "kubectl.kubernetes.io/restartedAt";

/** The same annotation as `kubectl rollout restart` sets: a changed template makes the controller replace the pods. */
export function restarted(workload: KubeObject, now: number): KubeObject {
  const template = podTemplateOf(workload);
  if (!template) return workload;
  const stamp = isoTime(now).replace(/\.\d+Z$/, "Z");
  return withPodTemplate(workload, withValueAt(template, ["metadata", "annotations", restartedAt], stamp));
}

export const restart = defineAction({
  name: "restart",
  risk: "low",
  kinds: rolloutKinds,
  params: actionParams.restart,
  permissions: [
    { verb: "patch", group: "apps", resource: "deployments" },
    { verb: "patch", group: "apps", resource: "statefulsets" },
    { verb: "patch", group: "apps", resource: "daemonsets" },
  ],
  // The annotation is in nobody's manifest, so neither Argo CD nor Flux takes it back.
  changesDeclaredState: false,
  rollsOut: true,
  undo: { irreversible: "A restart leaves nothing to take back: the specification stays as it was." },
  expects: "Fresh pods become ready and answer without the symptoms.",
  verifyWithinMs: 5 * 60_000,
  draft(target, _params, { now }) {
    if (valueAt(target, "spec", "updateStrategy", "type") === "OnDelete") {
      return refuse(
        "not-supported",
        `${target.metadata.name} has update strategy OnDelete: it only restarts when its pods are deleted.`,
      );
    }
    if (podCountOf(target) === 0) return refuse("nothing-to-change", `${target.metadata.name} has no pods to restart.`);
    return {
      changes: [{ type: "modify", before: target, after: restarted(target, now) }],
      pods: podCountOf(target),
      note: rolloutNote(target),
    };
  },
});
