import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import type { PlanRefusal, TouchedObject, WriteStep } from "../../incident/fix/action-plan.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Change } from "../change/change.ts";
import { withValueAt } from "../change/plain.ts";
import { readableDiff } from "../change/readable-diff.ts";
import { changesNothing, stepOf, touchOf, undoStepOf } from "../change/steps.ts";
import type { ActorPreviewPort, WriteOutcome } from "../cluster-port.ts";
import { type Draft, refuse } from "../define-action.ts";
import { whyNotEvicted } from "../disruption-budget.ts";

export interface Preview {
  readonly type: "preview";
  readonly steps: readonly WriteStep[];
  readonly undo: readonly WriteStep[];
  readonly touches: readonly TouchedObject[];
  /** Not yet redacted. */
  readonly diff: string;
}

export type PreviewOutcome =
  | Preview
  | { readonly type: "moved" }
  | { readonly type: "refused"; readonly refusal: PlanRefusal };

const refused = (outcome: { readonly refusal: PlanRefusal }): PreviewOutcome => ({ type: "refused", ...outcome });

/** Why a dry run did not succeed, in words. The server's message is not among them: it may repeat a whole Secret. */
function dryRunRefusal(outcome: Exclude<WriteOutcome, { type: "done" | "conflict" }>, step: WriteStep): PreviewOutcome {
  const object = `${step.target.kind} ${step.target.name}`;
  if (outcome.type === "gone") return refused(refuse("target-gone", `${object} does not exist any more.`));
  if (outcome.type !== "refused")
    return refused(refuse("unreachable", `The dry run on ${object} got no answer: ${outcome.detail}.`));
  if (outcome.status === 429)
    return refused(refuse("unreachable", "The API server has no room for a dry run now (429). Try again."));
  const fields = outcome.fields.length > 0 ? `: ${outcome.fields.join(", ")}` : "";
  const who =
    outcome.status === 403
      ? "kubemend may not do this, or a policy of the cluster forbids it"
      : "the cluster does not accept it";
  return refused(
    refuse("dry-run-refused", `Dry run on ${object}: ${who} (${outcome.status} ${outcome.reason}${fields}).`),
  );
}

/** Why an eviction was not answered with yes: the budget by name, or the API server's own pace. */
async function evictionRefusal(
  outcome: Exclude<WriteOutcome, { type: "done" | "conflict" }>,
  step: WriteStep,
  cluster: ActorPreviewPort,
): Promise<PreviewOutcome | undefined> {
  const held = outcome.type === "unknown" || (outcome.type === "refused" && outcome.status === 429);
  if (step.type !== "evict" || !held) return undefined;
  const why = await whyNotEvicted(step.target, cluster);
  if (why) return refused(refuse("disruption-budget", `${refText(step.target)} cannot be evicted now. ${why}`));
  if (outcome.type === "unknown") return undefined;
  return refused(
    refuse("unreachable", "The API server evicts nothing right now (429), and no disruption budget is the reason."),
  );
}

/** The object after the change: as the server says, or as we can tell where the server's answer is another kind. */
function afterOf(change: Change, answer: KubeObject | undefined): KubeObject | undefined {
  if (change.type === "scale") return withValueAt(change.before, ["spec", "replicas"], change.replicas);
  return change.type === "modify" || change.type === "create" ? answer : undefined;
}

function diffOf(change: Change, after: KubeObject | undefined): string {
  if (change.type === "modify" || change.type === "scale") return readableDiff(change.before, after);
  if (change.type === "create") return readableDiff(undefined, after ?? (change.object as KubeObject));
  const name = `${change.object.kind} ${change.object.metadata.namespace ?? ""}/${change.object.metadata.name}`;
  if (change.type === "heal") return `POST http://${name}:${change.port}${change.path} (cannot be previewed)`;
  return `--- ${name}\n+++ (${change.type === "evict" ? "evicted" : "deleted"})`;
}

/** The diff a draft would make, without asking the server; for advice on changes that kubemend will not make itself. */
export function draftDiff(draft: Draft): string {
  return draft.changes
    .map((change) => diffOf(change, change.type === "modify" ? change.after : afterOf(change, undefined)))
    .join("\n");
}

/**
 * Runs every change of a draft as a server-side dry run (through admission and validation) and works out the steps that do
 * it, the steps that undo it and the diff from what the server answers. `moved`: an object changed in between; draft again.
 */
export async function previewDraft(draft: Draft, cluster: ActorPreviewPort): Promise<PreviewOutcome> {
  const steps: WriteStep[] = [];
  // What reads a value is restarted after it, when it is put back no less than when it is changed. What was made goes last.
  const putBack: WriteStep[] = [];
  const removed: WriteStep[] = [];
  const touches: TouchedObject[] = [];
  const diffs: string[] = [];
  for (const change of draft.changes) {
    if (changesNothing(change)) continue;
    const step = stepOf(change);
    let answer: KubeObject | undefined;
    if (change.type !== "heal") {
      const outcome = await cluster.dryRun(step);
      if (outcome.type === "conflict") return { type: "moved" };
      if (outcome.type !== "done")
        return (await evictionRefusal(outcome, step, cluster)) ?? dryRunRefusal(outcome, step);
      answer = outcome.object;
      if (change.type === "modify") {
        if (!answer)
          return refused(refuse("unreachable", `The dry run on ${step.target.name} did not return the object.`));
        // A dry run answers with the version it was made against; another one means another base than the one we read.
        if (answer.metadata.resourceVersion !== change.before.metadata.resourceVersion) return { type: "moved" };
      }
    }
    const after = afterOf(change, answer);
    const touch = touchOf(change, after);
    // The server took the patch and nothing came of it: defaults or admission put the old values back.
    if (touch && touch.before !== "" && touch.before === touch.after) continue;
    steps.push(step);
    if (touch) touches.push(touch);
    const back = undoStepOf(change, after);
    if (back) (back.type === "delete" ? removed : putBack).push(back);
    diffs.push(diffOf(change, after));
  }
  if (steps.length === 0)
    return refused(refuse("nothing-to-change", "The cluster already is as this action would make it."));
  const undo = [...putBack, ...removed.toReversed()];
  return { type: "preview", steps, undo, touches, diff: diffs.join("\n") };
}
