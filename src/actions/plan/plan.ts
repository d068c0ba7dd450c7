import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import type { ActionCode } from "../../incident/action-code.ts";
import type { ActionPlan, PlanRefusal } from "../../incident/fix/action-plan.ts";
import { kubectlCommand } from "../../incident/fix/kubectl-command.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import { actionOf } from "../catalogue/catalogue.ts";
import { withStuckPods } from "../catalogue/stuck-pods.ts";
import { kubectlOfStep } from "../change/kubectl.ts";
import { podTemplateOf } from "../change/workload.ts";
import type { ActorPreviewPort } from "../cluster-port.ts";
import { type Action, type Draft, refuse } from "../define-action.ts";
import { judge, needsSecondFactor, type Spent, type Verdict } from "../policy/policy.ts";
import type { Policy } from "../policy/policy-file.ts";
import { alsoHeld } from "./also-held.ts";
import { blastRadiusOf } from "./blast-radius.ts";
import { conflictOf } from "./find-conflict.ts";
import { planDigest } from "./plan-digest.ts";
import { type Preview, previewDraft } from "./preview.ts";
import { reachRefusal } from "./reach.ts";

export interface PlanInput {
  readonly incidentId: string;
  readonly recommendation: Recommendation;
  /** Ids of the people who have set values in it. */
  readonly setBy?: readonly string[];
}

export interface PlanDeps {
  readonly cluster: ActorPreviewPort;
  readonly redact: Redact;
  readonly policy: Policy;
  /** Time for time stamps inside patches (ms). */
  readonly now: () => number;
  /** What the database knows: its own clock (which decides expiry), the freeze switch and the budgets already used. */
  readonly standing: () => Promise<PlanStanding>;
  /** A new id, unique, of lower-case letters and digits. */
  readonly newId: () => string;
}

/** What holds for every plan at this moment (unix ms by the database's clock). */
export interface PlanStanding {
  readonly now: number;
  readonly frozen: boolean;
  readonly spent: Spent;
}

export type PlanOutcome =
  | { readonly type: "planned"; readonly plan: ActionPlan }
  | { readonly type: "refused"; readonly refusal: PlanRefusal };

/** Long enough to read and ask a colleague, short enough that the cluster is still as shown. */
const planLifetimeMs = 15 * 60_000;
/** Attempts to read and dry-run the same version of an object that others keep changing. */
const maxAttempts = 5;

const refused = (outcome: { readonly refusal: PlanRefusal }): PlanOutcome => ({ type: "refused", ...outcome });

/**
 * Turns a recommendation, which is only words, into a plan that says exactly what would be sent to which version of which
 * object, or into a refusal with its reason. Reads and dry-runs; changes nothing.
 */
export async function makePlan(input: PlanInput, deps: PlanDeps): Promise<PlanOutcome> {
  const { recommendation } = input;
  const action = actionOf(recommendation.action);
  if ("guide" in action) return refused(guideRefusal(action.steps(recommendation.params)));
  if (recommendation.needs.length > 0) {
    const needs = recommendation.needs.map((need) => `${need.name} (${need.why})`).join("; ");
    return refused(refuse("needs-input", `A person has to supply: ${needs}.`));
  }
  const standing = await deps.standing();
  const verdict = judge(deps.policy, {
    action: action.name,
    target: recommendation.target,
    risk: action.risk,
    confidence: recommendation.confidence,
    at: standing.now,
    frozen: standing.frozen,
    spent: standing.spent,
  });
  if (!verdict.allow) return refused(refuse(verdict.reason === "frozen" ? "frozen" : "policy-refused", verdict.detail));
  const id = deps.newId();
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const drafted = await draftOnce(action, recommendation, { id, spent: standing.spent }, deps);
    if ("refusal" in drafted) return refused(drafted);
    const preview = await previewDraft(drafted.draft, deps.cluster);
    if (preview.type === "moved") continue;
    if (preview.type === "refused") return preview;
    const plan = await assemble({ input, id, action, preview, ...drafted, verdict, now: standing.now }, deps);
    return { type: "planned", plan };
  }
  return refused(
    refuse("unreachable", `${refText(recommendation.target)} changes faster than it can be previewed. Try again.`),
  );
}

function guideRefusal(steps: readonly string[] | undefined): { readonly refusal: PlanRefusal } {
  if (!steps) return refuse("invalid-params", "The steps of the guide are missing or malformed.");
  return refuse(
    "guide-only",
    steps.map((step, index) => (steps.length > 1 ? `${index + 1}. ${step}` : step)).join("\n"),
  );
}

type Drafted = { readonly target: KubeObject; readonly draft: Draft };

async function draftOnce(
  action: Action,
  { target: ref, params }: Recommendation,
  { id, spent }: { readonly id: string; readonly spent: Spent },
  deps: PlanDeps,
): Promise<Drafted | { readonly refusal: PlanRefusal }> {
  const read = await deps.cluster.get(ref);
  if (read.type === "gone") return refuse("target-gone", `${refText(ref)} does not exist any more.`);
  if (read.type === "failed") return refuse("unreachable", `${refText(ref)} could not be read: ${read.detail}.`);
  const target = read.object;
  if (target.metadata.deletionTimestamp && action.name !== "remove-finalizer") {
    return refuse("target-gone", `${refText(ref)} is being deleted.`);
  }
  const draft = await action.prepare(target, params, { cluster: deps.cluster, now: deps.now(), suffix: id.slice(-6) });
  if ("refusal" in draft) return draft;
  const conflict = await conflictOf(action, target, draft, deps);
  if (conflict) return conflict;
  const whole = action.rollsOut ? await withStuckPods(target, draft, deps.cluster) : draft;
  if ("refusal" in whole) return whole;
  const tooFar = reachRefusal({ target: ref, changes: whole.changes, spent }, deps.policy);
  return tooFar ? refuse("policy-refused", tooFar) : { target, draft: whole };
}

/** No command of kubectl's is named like these; the requests themselves do the same. */
const withoutCommand: ReadonlySet<ActionCode> = new Set(["soft-heal", "evict-pod", "rerun-job"]);

/**
 * The commands speak of `containers`, where the name of an init container would add one, and of ports by their number, which
 * may be there twice.
 */
const isByItsSteps = ({ action, target, input }: Parts): boolean =>
  withoutCommand.has(action.name) ||
  input.recommendation.params["protocol"] !== undefined ||
  podTemplateOf(target)?.spec.initContainers?.some(({ name }) => name === input.recommendation.params["container"]) ===
    true;

interface Parts extends Drafted {
  readonly input: PlanInput;
  readonly id: string;
  readonly action: Action;
  readonly preview: Preview;
  readonly verdict: Extract<Verdict, { allow: true }>;
  readonly now: number;
}

async function assemble(parts: Parts, deps: PlanDeps): Promise<ActionPlan> {
  const { input, id, action, preview, target, draft } = parts;
  const { recommendation } = input;
  const reversible = action.undo === "previous-values" && preview.undo.length > 0;
  const alsoHolds = alsoHeld(draft.changes);
  const content = {
    id,
    incidentId: input.incidentId,
    recommendationId: recommendation.id,
    action: action.name,
    target: recommendation.target,
    targetUid: target.metadata.uid,
    resourceVersion: target.metadata.resourceVersion ?? "",
    params: recommendation.params,
    steps: preview.steps,
    touches: preview.touches,
    ...(alsoHolds.length > 0 ? { alsoHolds } : {}),
    undo: reversible ? preview.undo : [],
    diff: deps.redact(preview.diff),
    kubectl: deps.redact(
      isByItsSteps(parts)
        ? preview.steps.map(kubectlOfStep).join("\n")
        : kubectlCommand(action.name, recommendation.target, draft.decided ?? recommendation.params),
    ),
    undoKubectl: reversible ? deps.redact(preview.undo.map(kubectlOfStep).join("\n")) : null,
    risk: action.risk,
    approvalsNeeded: parts.verdict.approvals,
    ...(input.setBy?.length ? { setBy: input.setBy } : {}),
    ...(needsSecondFactor(parts.verdict.rule, action.risk) ? { secondFactor: true as const } : {}),
    blastRadius: await blastRadiusOf(target, draft, deps.cluster, recommendation.trafficShare),
    verifyWithinMs: action.verifyWithinMs,
    expiresAt: parts.now + planLifetimeMs,
  };
  // Through JSON once, so that the digest of the plan in memory is the digest of the plan read back from the database.
  const plain = JSON.parse(JSON.stringify(content)) as typeof content;
  return { ...plain, digest: planDigest(plain), state: "proposed" };
}
