import type { WriteStep } from "../../incident/fix/action-plan.ts";
import type { Claim } from "../../incident/fix/stored-plan.ts";
import { refText } from "../../incident/object-ref.ts";
import { rest } from "../../lib/clock.ts";
import type { WriteOutcome } from "../cluster-port.ts";
import { whyNotEvicted } from "../disruption-budget.ts";
import type { ExecutionResult } from "../plan/plan-store.ts";
import type { ExecuteDeps } from "./execute-deps.ts";
import { lookAt, type Sight } from "./look.ts";
import { stamped } from "./stamp.ts";
import { answerText, endOf, hasNotArrived, type StepEnd } from "./step-end.ts";

/** Writes of one step that meet another version of the object, or whose answer is lost, before giving up. */
const maxTries = 8;
const retryDelayMs = 250;
/**
 * Between the leave to send and the sending. Leases last longer than this and a request's own deadline together: what is sent within it
 * is over before anybody else may take the plan up.
 */
const mostPauseMs = 5_000;
/** As `kubectl drain` does: an eviction that a disruption budget holds up is tried again. */
const maxEvictionTries = 24;
const evictionDelayMs = 5_000;
const never = new AbortController().signal;

export interface Work {
  readonly step: WriteStep;
  readonly index: number;
  readonly claim: Claim;
  readonly phase: "apply" | "undo";
  /** True when the cluster has been changed already: then the freeze switch does not stop half of one change. */
  readonly started: boolean;
}

const failed = (outcome: ExecutionResult["outcome"], detail: string): StepEnd => ({
  type: "failed",
  result: { outcome, detail },
});

type ToDo = Extract<Sight, { type: "todo" }>;

/** The end of a step that looking alone has decided. */
function endOfSight(sight: Exclude<Sight, ToDo>, { step, claim, phase }: Work, tries: number): StepEnd {
  if (sight.type === "conflict") return failed("conflict", sight.detail);
  if (sight.type === "done" && sight.unmarked === true && phase === "apply" && isFirst(claim, tries))
    return failed("conflict", `${refText(step.target)} is like that already, and not by this plan.`);
  return sight;
}

/** Whether the claim still allows a change; undefined when it does. */
async function endOfClaim({ step, claim, started }: Work, deps: ExecuteDeps): Promise<StepEnd | undefined> {
  const lease = await deps.plans.renew(claim);
  if (lease === "lost") return { type: "lost" };
  if (lease === "frozen" && !started)
    return failed("refused", "Changes were frozen before it started. Nothing was done.");
  if (lease === "frozen" && standsAlone(step)) return { type: "frozen" };
  return undefined;
}

/** Leave to send the step, which is written down where the cluster will show no trace of it; undefined when there is. */
async function askLeave(work: Work, deps: ExecuteDeps): Promise<StepEnd | undefined> {
  const denied = await endOfClaim(work, deps);
  if (denied) return denied;
  await deps.crashPoint?.("leased");
  if (work.step.type === "http" && !(await deps.plans.markSent(work.claim, work.index))) return { type: "lost" };
  await deps.crashPoint?.("before-apply");
  return undefined;
}

async function send({ step, index, claim, phase }: Work, sight: ToDo, deps: ExecuteDeps): Promise<WriteOutcome> {
  const outcome = await deps.cluster.apply(stamped(step, claim.plan, phase, sight.object), sight.guard);
  await deps.crashPoint?.("after-apply");
  if (step.type === "http" && hasNotArrived(outcome)) await deps.plans.unmarkSent(claim, index);
  return outcome;
}

/** A disruption budget has no room for the eviction now. */
const isHeldUp = (step: WriteStep, outcome: WriteOutcome) =>
  step.type === "evict" && outcome.type === "refused" && outcome.status === 429;

/** An eviction that a budget has held up for as long as we wait; undefined where no budget explains it. */
async function notEvicted(step: WriteStep, deps: ExecuteDeps): Promise<StepEnd | undefined> {
  const why = await whyNotEvicted(step.target, deps.cluster);
  const minutes = Math.round((maxEvictionTries * evictionDelayMs) / 60_000);
  return why ? failed("refused", `${refText(step.target)} was not evicted in ${minutes} minutes. ${why}`) : undefined;
}

/**
 * Does one step, in as many tries as it takes: after an answer that was lost, or another version of the object, it is looked
 * again. So it is after the last try, which may have come through like any other.
 */
export async function doStep(work: Work, deps: ExecuteDeps): Promise<StepEnd> {
  const { step, index, claim, phase } = work;
  // An HTTP call leaves no trace to look for: what may have been sent is not sent again.
  if (step.type === "http" && claim.sentSteps.includes(index))
    return { type: "done", said: `${step.target.name} was asked before, and what it answered is lost` };
  for (let attempt = 0, evictions = 0; ; attempt++) {
    const sight = await lookAt(step, claim.plan, phase, deps.cluster);
    await deps.crashPoint?.("looked");
    if (sight.type !== "todo") return endOfSight(sight, work, attempt + evictions);
    if (attempt === maxTries) return await givenUp(step, deps);
    const askedAt = performance.now();
    const denied = await askLeave(work, deps);
    if (denied) return denied;
    // A process that stood still meanwhile: a creation carries no version that would stop it, and what it is to make may have been made
    // and taken back since.
    if (step.type === "create" && performance.now() - askedAt > mostPauseMs) continue;
    const outcome = await send(work, sight, deps);
    if (outcome.type === "done")
      return {
        type: "done",
        said: outcome.answer && answerText(step, outcome.answer, deps.redact),
        before: sight.guard.resourceVersion,
        resourceVersion: outcome.object?.metadata.resourceVersion,
      };
    if (isHeldUp(step, outcome) && evictions < maxEvictionTries) {
      evictions++;
      attempt = -1;
      await rest(deps.clock, evictionDelayMs, deps.signal ?? never);
      if (deps.signal?.aborted) return { type: "interrupted" };
      continue;
    }
    const end = (isHeldUp(step, outcome) && (await notEvicted(step, deps))) || endOf(outcome, step, deps.redact);
    if (end) return end;
    // Conflict, gone, or no answer: look again and go on from what is there.
    await deps.clock.sleep(retryDelayMs);
  }
}

/** Nothing of this plan can have been sent for the step. */
const isFirst = (claim: Claim, tries: number) => claim.attempt === 1 && tries === 0;

/** Requests that are a change each, of many: a freeze stops those that have not been sent. */
const standsAlone = ({ type }: WriteStep) => type === "evict" || type === "http";

async function givenUp(step: WriteStep, deps: ExecuteDeps): Promise<StepEnd> {
  const why = step.type === "evict" ? await whyNotEvicted(step.target, deps.cluster) : undefined;
  return failed(
    "failed",
    why
      ? `${refText(step.target)} was not evicted. ${why}`
      : `${refText(step.target)} could not be written: it changed, or the answer was lost, ${maxTries} times in a row.`,
  );
}
