import type { ActorPort } from "../../actions/cluster-port.ts";
import { createExecutor } from "../../actions/execute/executor.ts";
import { type UndoOutcome, undoPlan } from "../../actions/execute/undo.ts";
import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import { actionTitle } from "../../incident/fix/action-title.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { type Clock, rest, systemClock } from "../../lib/clock.ts";
import { touchIncident } from "../../store/incidents/incidents.ts";
import { addToTimeline } from "../../store/incidents/timeline.ts";
import type { Jobs } from "../../store/jobs.ts";
import type { createPlanStore } from "../../store/plans/plan-store.ts";
import { queues, undoJob } from "../queues.ts";
import { type PlanJobDeps, planJob, replanOne } from "./plan-job.ts";
import { tellExecutions } from "./tell-executions.ts";

export interface ActorDeps extends Omit<PlanJobDeps, "cluster" | "plans"> {
  readonly plans: ReturnType<typeof createPlanStore>;
  readonly cluster: ActorPort;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Why an undo was not begun, for the person who asked for it. */
const undoRefusals: Readonly<Record<Extract<UndoOutcome, { type: "refused" }>["reason"], string>> = {
  "unknown-plan": "kubemend no longer has what was done.",
  irreversible: "This change has no way back.",
  "not-applied": "It is not in place any more.",
  frozen: "Changes are frozen.",
  busy: "It is being applied or undone at this moment.",
};

/** Real time between looks for approved plans (ms): what a person waits at most after the click. */
const lookEveryMs = 500;
const expireEveryMs = 10_000;

/**
 * The role with write rights: makes plans (dry runs), applies what was approved, takes back what is asked for. It reads
 * nothing but rows; no log line and no model answer reaches it except as a recommendation that is judged anew.
 */
export async function startActor(deps: ActorDeps): Promise<{ readonly done: Promise<void> }> {
  const { plans, jobs, log, signal, database, redact, clock } = deps;
  // Between requests to the cluster it waits in real time, whatever clock the incident lives by.
  const { policy } = deps;
  const execution = { cluster: deps.cluster, plans, policy, clock: systemClock, redact, signal };

  const tell = async (planId: string, kind: string, sentence: (title: string) => string) => {
    const stored = await plans.get(planId);
    if (!stored) return;
    const { incidentId, action, target, params } = stored.plan;
    await addToTimeline(database, incidentId, {
      at: clock.now(),
      kind,
      text: redact(sentence(actionTitle(action, target, params))),
    });
    await touchIncident(database, incidentId);
    await deps.changed(incidentId);
  };
  const report = () =>
    tellExecutions(deps).catch((error: unknown) => log.warn({ error: messageOf(error) }, "actor.not-told"));

  await jobs.work(queues.plan, planJob(deps));
  await jobs.work(queues.replan, replanOne(deps));
  await jobs.work(queues.undo, async (data) => {
    const { planId, by } = undoJob.parse(data);
    const outcome = await undoPlan(planId, by, execution);
    log.info({ plan: planId, outcome: outcome.type }, "plan.undo");
    if (outcome.type !== "refused") return await report();
    const state = (await plans.get(planId))?.plan.state;
    // A job that comes again because its process died has nothing to say of what it did.
    if (outcome.reason === "not-applied" && state === "undone") return;
    // Another change of the same object is not for long.
    if (outcome.reason === "busy" && state === "applied")
      throw new AppError("target-busy", "Another change of the same object is under way.", { retryable: true });
    await tell(planId, "not-undone", (title) => `Not undone: ${title}. ${undoRefusals[outcome.reason]}`);
  });

  const expired = (plan: ActionPlan) => ({
    at: clock.now(),
    kind: "expired",
    text: redact(`The plan expired: ${actionTitle(plan.action, plan.target, plan.params)}. Review makes a fresh one.`),
  });

  const loop = async () => {
    let expiredAt = 0;
    // Also what another process has carried out and not told.
    let untold = true;
    const executor = createExecutor(execution, (end) => {
      untold = true;
      if (end.type === "broken") log.warn({ plan: end.planId, error: messageOf(end.error) }, "actor.interrupted");
    });
    const tellWhatEnded = async () => {
      if (!untold) return;
      untold = false;
      await report();
    };
    while (!signal.aborted) {
      try {
        await executor.takeUp();
        await tellWhatEnded();
        if (performance.now() - expiredAt > expireEveryMs) {
          expiredAt = performance.now();
          await report();
          for (const { incidentId } of await plans.expire(expired)) await deps.changed(incidentId);
        }
      } catch (error) {
        // The database may be away for a while; approved plans wait in it.
        log.warn({ error: messageOf(error) }, "actor.waiting");
        untold = true;
      }
      const pause = rest(systemClock, lookEveryMs, signal);
      await Promise.race([pause, executor.nextEnd() ?? pause]);
    }
    for (let ended = executor.nextEnd(); ended; ended = executor.nextEnd()) await ended;
    await tellWhatEnded();
  };
  return { done: loop() };
}
