import type { WriteStep } from "../../incident/fix/action-plan.ts";
import { partlyApplied } from "../../incident/fix/execution.ts";
import type { Claim } from "../../incident/fix/stored-plan.ts";
import { refText, sameRef } from "../../incident/object-ref.ts";
import type { Redact } from "../../incident/redacted.ts";
import { type Clock, rest } from "../../lib/clock.ts";
import type { ActorPort } from "../cluster-port.ts";
import { whyNotEvicted } from "../disruption-budget.ts";
import type { ExecutionResult, PlanStore } from "../plan/plan-store.ts";
import type { Policy } from "../policy/policy-file.ts";
import { lookAt } from "./look.ts";
import { stamped } from "./stamp.ts";
import { answersText, answerText, endOf, hasNotArrived, type StepEnd } from "./step-end.ts";
import { whyForbidden } from "./why-forbidden.ts";
import { whyTampered } from "./why-tampered.ts";

/** Places where a process may die; tests make it die there. */
export type CrashPoint =
  | "claimed"
  | "checked"
  | "looked"
  | "leased"
  | "before-apply"
  | "after-apply"
  | "step-done"
  | "before-finish"
  | "finished";

export interface ExecuteDeps {
  readonly cluster: ActorPort;
  readonly plans: Pick<PlanStore, "claim" | "renew" | "markSent" | "unmarkSent" | "finish" | "postpone">;
  readonly clock: Clock;
  /** The actor's own; without it what people have approved is enough. */
  readonly policy?: Policy;
  /** For what applications answer when they are asked to heal; without it only the status is kept. */
  readonly redact?: Redact;
  /** Aborted when the process is to end: no further plan is taken up, and no room for an eviction is waited for. */
  readonly signal?: AbortSignal;
  readonly crashPoint?: (name: CrashPoint) => void | Promise<void>;
}

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

/** Writes of one step that meet another version of the object, or whose answer is lost, before giving up. */
const maxTries = 8;
const retryDelayMs = 250;
/** Attempts to reach the cluster, `postponeMs` apart, before an execution fails. */
const maxAttempts = 6;
const postponeMs = 5_000;
/** As `kubectl drain` does: an eviction that a disruption budget holds up is tried again. */
const maxEvictionTries = 24;
const evictionDelayMs = 5_000;
const never = new AbortController().signal;

/** Does what a claim is for. Each step is looked at before it is done, so that doing it all again after a crash does nothing twice. */
export async function carryOut(claim: Claim, deps: ExecuteDeps): Promise<ExecuteOutcome> {
  const { plan, phase } = claim;
  await deps.crashPoint?.("claimed");
  const wrong = whyTampered(claim) ?? (deps.policy && whyForbidden(claim, deps.policy));
  if (wrong) return await finish(claim, { outcome: "refused", detail: wrong }, deps);
  await deps.crashPoint?.("checked");
  const steps = phase === "apply" ? plan.steps : plan.undo;
  const done: WriteStep[] = [];
  const said: string[] = [];
  let versions: Pick<ExecutionResult, "resourceVersionBefore" | "resourceVersionAfter"> = {};
  for (const [index, step] of steps.entries()) {
    const end = await doStep({ step, index, claim, phase, started: done.length > 0 }, deps);
    if (end.type === "lost") return { type: "lost", planId: plan.id };
    if (end.type === "interrupted") return await handOver(claim, deps);
    if (end.type === "unreachable") return await postpone(claim, end.detail, done, deps);
    if (end.type === "failed") return await finish(claim, await takenBack(end.result, done, claim, deps), deps);
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

interface Work {
  readonly step: WriteStep;
  readonly index: number;
  readonly claim: Claim;
  readonly phase: "apply" | "undo";
  /** True when the cluster has been changed already: then the freeze switch does not stop half-way. */
  readonly started: boolean;
}

async function doStep(work: Work, deps: ExecuteDeps): Promise<StepEnd> {
  const { step, index, claim, phase } = work;
  const fail = (outcome: ExecutionResult["outcome"], detail: string): StepEnd => ({
    type: "failed",
    result: { outcome, detail },
  });
  // An HTTP call leaves no trace to look for: what may have been sent is not sent again.
  if (step.type === "http" && claim.sentSteps.includes(index))
    return { type: "done", said: `${step.target.name} was asked before, and what it answered is lost` };
  for (let attempt = 0, evictions = 0; attempt < maxTries; attempt++) {
    const sight = await lookAt(step, claim.plan, phase, deps.cluster);
    await deps.crashPoint?.("looked");
    if (sight.type === "done") return sight;
    if (sight.type === "unreachable") return sight;
    if (sight.type === "conflict")
      return fail("conflict", `${sight.detail.slice(0, 1).toUpperCase()}${sight.detail.slice(1)}.`);
    const lease = await deps.plans.renew(claim);
    if (lease === "lost") return { type: "lost" };
    if (lease === "frozen" && !work.started)
      return fail("refused", "Changes were frozen before it started. Nothing was done.");
    await deps.crashPoint?.("leased");
    if (step.type === "http" && !(await deps.plans.markSent(claim, index))) return { type: "lost" };
    await deps.crashPoint?.("before-apply");
    const outcome = await deps.cluster.apply(stamped(step, claim.plan, phase, sight.object), sight.guard);
    await deps.crashPoint?.("after-apply");
    if (step.type === "http" && hasNotArrived(outcome)) await deps.plans.unmarkSent(claim, index);
    if (outcome.type === "done")
      return {
        type: "done",
        said: outcome.answer && answerText(step, outcome.answer, deps.redact),
        before: sight.guard.resourceVersion,
        resourceVersion: outcome.object?.metadata.resourceVersion,
      };
    if (step.type === "evict" && outcome.type === "refused" && outcome.status === 429 && evictions < maxEvictionTries) {
      evictions++;
      attempt = -1;
      await rest(deps.clock, evictionDelayMs, deps.signal ?? never);
      if (deps.signal?.aborted) return { type: "interrupted" };
      continue;
    }
    if (step.type === "evict" && outcome.type === "refused" && outcome.status === 429) {
      const why = await whyNotEvicted(step.target, deps.cluster);
      const minutes = Math.round((maxEvictionTries * evictionDelayMs) / 60_000);
      if (why) return fail("refused", `${refText(step.target)} was not evicted in ${minutes} minutes. ${why}`);
    }
    const final = endOf(outcome, step, deps.redact);
    if (final) return final;
    // Conflict, gone, or no answer: look again and go on from what is there.
    await deps.clock.sleep(retryDelayMs);
  }
  const why = step.type === "evict" ? await whyNotEvicted(step.target, deps.cluster) : undefined;
  return fail(
    "failed",
    why
      ? `${refText(step.target)} was not evicted. ${why}`
      : `${refText(step.target)} could not be written: it changed, or the answer was lost, ${maxTries} times in a row.`,
  );
}

/** All or nothing: when a later step fails, what the earlier ones changed is put back as far as it can be. */
async function takenBack(
  result: ExecutionResult,
  done: readonly WriteStep[],
  claim: Claim,
  deps: ExecuteDeps,
): Promise<ExecutionResult> {
  if (done.length === 0) return result;
  // Putting the change back in place half-way would not be what anybody asked for; which half is gone is said.
  if (claim.phase === "undo")
    return {
      ...result,
      detail: `${result.detail} Taken back already: ${done.map((step) => refText(step.target)).join(", ")}.`,
    };
  const { undo } = claim.plan;
  const isBack = new Set<WriteStep>();
  for (const back of undo.filter(({ target }) => done.some((step) => sameRef(step.target, target)))) {
    const end = await doStep({ step: back, index: -1, claim, phase: "undo", started: true }, deps);
    if (end.type === "done") isBack.add(back);
  }
  const left = done
    .filter(({ target }) => !undo.some((back) => isBack.has(back) && sameRef(back.target, target)))
    .map(({ target }) => refText(target));
  if (left.length > 0) return stillInPlace(result, left);
  return { ...result, detail: `${result.detail} What had been changed before was put back.` };
}

/** First what somebody has to see to: the rest may be cut off. */
function stillInPlace(result: ExecutionResult, left: readonly string[]): ExecutionResult {
  return { ...result, detail: `${partlyApplied}, and is still in place: ${left.join(", ")}. ${result.detail}` };
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
    const result: ExecutionResult = { outcome: "failed", detail: given };
    const left = claim.phase === "apply" ? done.map((step) => refText(step.target)) : [];
    return await finish(claim, left.length > 0 ? stillInPlace(result, left) : result, deps);
  }
  await deps.plans.postpone(claim, postponeMs);
  return { type: "postponed", planId: claim.plan.id, detail };
}

/** This process is to end: another one goes on at once, and not only when the lease has run out. */
async function handOver(claim: Claim, deps: ExecuteDeps): Promise<ExecuteOutcome> {
  await deps.plans.postpone(claim, 0);
  return { type: "postponed", planId: claim.plan.id, detail: "this process ends; another one goes on" };
}
