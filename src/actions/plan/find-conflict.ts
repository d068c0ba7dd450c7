import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import type { PlanRefusal } from "../../incident/fix/action-plan.ts";
import type { Redact } from "../../incident/redacted.ts";
import { valueAt, withValueAt } from "../change/plain.ts";
import type { ActorPreviewPort } from "../cluster-port.ts";
import { autoscalerIsActive, autoscalerOf, gitopsOwner, operatorOwner } from "../conflicts.ts";
import { type Action, type Draft, refuse } from "../define-action.ts";
import { commitFileOf } from "./commit-file.ts";
import { otherApplier } from "./field-managers.ts";
import { draftDiff } from "./preview.ts";

/** Others who would take the change back, or who decide about the same thing. */
export async function conflictOf(
  action: Action,
  target: KubeObject,
  draft: Draft,
  deps: { readonly cluster: Pick<ActorPreviewPort, "list">; readonly redact: Redact },
): Promise<{ readonly refusal: PlanRefusal } | undefined> {
  const { kind } = target;
  const { name, namespace } = target.metadata;
  // What has been changed is told too: whoever owns the object elsewhere can make the same change there.
  const advise = (outcome: { readonly refusal: PlanRefusal }) => {
    const file = commitFileOf(draft);
    const commit = file ? { commit: { name: file.name, text: deps.redact(file.text) } } : {};
    return { refusal: { ...outcome.refusal, diff: deps.redact(draftDiff(draft)), ...commit } };
  };
  const changed = draft.changes.flatMap((change) =>
    change.type === "modify" || change.type === "scale" ? [change.before] : [],
  );
  if (action.changesDeclaredState) {
    for (const object of changed.length > 0 ? changed : [target]) {
      const gitops = gitopsOwner(object);
      if (gitops)
        return advise(
          refuse(
            "managed-by-gitops",
            `${object.kind} ${object.metadata.name} is managed by ${gitops.tool} (${gitops.mark}), which would put it back. Commit the change there.`,
          ),
        );
      const operator = operatorOwner(object);
      if (operator)
        return advise(
          refuse(
            "managed-by-controller",
            `${object.kind} ${object.metadata.name} is kept as it is by ${operator}; change that instead.`,
          ),
        );
    }
    for (const change of draft.changes) {
      if (change.type !== "modify" && change.type !== "scale") continue;
      const { before } = change;
      const after =
        change.type === "modify" ? change.after : withValueAt(before, ["spec", "replicas"], change.replicas);
      const owner = otherApplier(before, after);
      if (owner)
        return advise(
          refuse(
            "other-field-manager",
            `${owner.field} of ${before.kind} ${before.metadata.name} is kept by ${owner.manager} (server-side apply), which would put it back. Change it there.`,
          ),
        );
    }
  }
  if (action.rollsOut && valueAt(target, "spec", "paused") === true) {
    return refuse(
      "rollout-paused",
      `The rollout of ${kind} ${name} is paused: the change would not reach any pod. Resume it first.`,
    );
  }
  if (draft.changes.some((change) => change.type === "scale") && autoscalerIsActive(target)) {
    const listed = await deps.cluster.list("HorizontalPodAutoscaler", namespace);
    if (listed.type === "failed") return refuse("unreachable", `Autoscalers could not be read: ${listed.detail}.`);
    const autoscaler = autoscalerOf(target, listed.objects);
    if (autoscaler)
      return refuse(
        "hpa-owns-replicas",
        `Autoscaler ${autoscaler.metadata.name} decides how many pods ${name} has; change its bounds instead.`,
      );
  }
  return undefined;
}
