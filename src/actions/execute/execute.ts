import type { WriteStep } from "../../incident/fix/action-plan.ts";
import type { Claim } from "../../incident/fix/stored-plan.ts";
import { refText } from "../../incident/object-ref.ts";
import type { ExecutionResult } from "../plan/plan-store.ts";
import { doStep } from "./do-step.ts";
import type { ExecuteDeps } from "./execute-deps.ts";
import { lookAt } from "./look.ts";
import { answersText } from "./step-end.ts";
import { frozenHalfWay, leftAsIs, takenBack } from "./take-back.ts";
import { undoOfHalf } from "./undo-of-half.ts";
import { whatIsDone } from "./what-is-done.ts";
import { whyForbidden } from "./why-forbidden.ts";
import { whyTampered } from "./why-tampered.ts";

export type ExecuteOutcome =
  | {
      readonly type: "finished";
      readonly planId: string;
      readonly phase: "apply" | "undo";
      readonly result: ExecutionResult;
    }
  /** The cluster cannot be reached, or this process is to end; the claim comes back after a while. */
  | { readonly type: "postponed"; readonly planId: string; readonly detail: string }
  /** Another process has taken the plan over; it will finish it. */
  | { readonly type: "lost"; readonly planId: string };

/** Attempts to reach the cluster, `postponeMs` apart, before an execution fails. */
const maxAttempts = 6;
const postponeMs = 5_000;
/** Does what a claim is for. Each step is looked at before it is done, so that doing it all again after a crash does nothing twice. */
export async function carryOut(claim: Claim, deps: ExecuteDeps): Promise<ExecuteOutcome> {
  const { plan, phase } = claim;
  await deps.crashPoint?.("claimed");
  const turnedAway = (await tampered(claim, deps)) ?? (await forbidden(claim, deps)) ?? (await stale(claim, deps));
  if (turnedAway) return turnedAway;
  await deps.crashPoint?.("checked");
  const half = claim.half ? await undoOfHalf(claim, deps.cluster) : undefined;
  if (half?.type === "unreachable") return await postpone(claim, half.detail, [], deps);
  const steps = phase === "apply" ? plan.steps : (half?.steps ?? plan.undo);
  const done: WriteStep[] = [];
  const said: string[] = [];
  let versions: Pick<ExecutionResult, "resourceVersionBefore" | "resourceVersionAfter"> = {};
  for (const [index, step] of steps.entries()) {
    const end = await doStep({ step, index, claim, phase, started: done.length > 0 }, deps);
    if (end.type === "lost") return { type: "lost", planId: plan.id };
    if (end.type === "interrupted") return await handOver(claim, deps);
    if (end.type === "unreachable") return await postpone(claim, end.detail, done, deps);
    if (end.type === "failed") return await finish(claim, await takenBack(end.result, done, claim, deps), deps);
    if (end.type === "frozen") return await finish(claim, frozenHalfWay(done, steps.length, claim), deps);
    done.push(step);
    if (end.said) said.push(end.said);
    // The first object is the one the plan is about.
    if (index === 0) versions = { resourceVersionBefore: end.before, resourceVersionAfter: end.resourceVersion };
    await deps.crashPoint?.("step-done");
  }
  await deps.crashPoint?.("before-finish");
  const detail = [...(steps.length > 1 ? [`${steps.length} steps`] : []), ...answersText(said)].join(": ");
  return await finish(claim, { outcome: "applied", detail, ...versions }, deps);
}

const nothingDone = "Nothing was done.";

/** What is not what people approved is not even looked for in the cluster: it does not say what was done. */
async function tampered(claim: Claim, deps: ExecuteDeps): Promise<ExecuteOutcome | undefined> {
  const wrong = whyTampered(claim);
  if (!wrong) return undefined;
  const { target } = claim.plan;
  const before = `What an earlier attempt has done is not known; look at ${refText(target)}.`;
  const detail = `${wrong} ${claim.attempt === 1 ? nothingDone : before}`;
  return await finish(claim, { outcome: "refused", detail }, deps);
}

/**
 * The policy may forbid, by now, what an earlier attempt had begun. What is there is told, and nothing is sent any more; when it
 * is all there, there is nothing to forbid.
 */
async function forbidden(claim: Claim, deps: ExecuteDeps): Promise<ExecuteOutcome | undefined> {
  const { plan, phase } = claim;
  const wrong = deps.policy && whyForbidden(claim, deps.policy);
  if (!wrong) return undefined;
  const seen = await whatIsDone(claim, deps.cluster);
  if (seen.type === "unreachable") return await postpone(claim, seen.detail, [], deps);
  if (seen.done.length === (phase === "apply" ? plan.steps : plan.undo).length) return undefined;
  const detail = seen.done.length === 0 ? `${wrong} ${nothingDone}` : wrong;
  return await finish(claim, leftAsIs({ outcome: "refused", detail }, seen.done, claim), deps);
}

/**
 * Of several objects that are to be changed, a later one may have moved on: better seen before the first is changed, and has to be
 * put back. A way back goes as far as it can, and what has begun goes on.
 */
async function stale(claim: Claim, deps: ExecuteDeps): Promise<ExecuteOutcome | undefined> {
  const { plan, phase, attempt } = claim;
  if (phase === "undo" || attempt > 1) return undefined;
  for (const step of plan.steps.slice(1)) {
    if (step.type !== "patch" && step.type !== "create") continue;
    const sight = await lookAt(step, plan, phase, deps.cluster);
    if (sight.type === "unreachable") return await postpone(claim, sight.detail, [], deps);
    if (sight.type === "conflict")
      return await finish(claim, { outcome: "conflict", detail: `${sight.detail} ${nothingDone}` }, deps);
  }
  return undefined;
}

async function finish(claim: Claim, result: ExecutionResult, deps: ExecuteDeps): Promise<ExecuteOutcome> {
  const held = await deps.plans.finish(claim, result);
  await deps.crashPoint?.("finished");
  return held
    ? { type: "finished", planId: claim.plan.id, phase: claim.phase, result }
    : { type: "lost", planId: claim.plan.id };
}

async function postpone(
  claim: Claim,
  detail: string,
  done: readonly WriteStep[],
  deps: ExecuteDeps,
): Promise<ExecuteOutcome> {
  if (claim.attempt >= maxAttempts) {
    const given = `Given up after ${maxAttempts} tries: ${detail}. What has become of it is not known; look at it.`;
    return await finish(claim, leftAsIs({ outcome: "failed", detail: given }, done, claim), deps);
  }
  await deps.plans.postpone(claim, postponeMs);
  return { type: "postponed", planId: claim.plan.id, detail };
}

/** This process is to end: another one goes on at once, and not only when the lease has run out. */
async function handOver(claim: Claim, deps: ExecuteDeps): Promise<ExecuteOutcome> {
  await deps.plans.postpone(claim, 0);
  return { type: "postponed", planId: claim.plan.id, detail: "this process ends; another one goes on" };
}
