import { actionTitle } from "../../incident/fix/action-title.ts";
import { partlyApplied } from "../../incident/fix/execution.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Jobs } from "../../store/jobs.ts";
import type { createPlanStore } from "../../store/plans/plan-store.ts";
import { queues } from "../queues.ts";

export interface TellExecutionsDeps {
  readonly plans: Pick<ReturnType<typeof createPlanStore>, "untold" | "tell" | "get">;
  readonly jobs: Pick<Jobs, "send">;
  readonly redact: Redact;
  readonly clock: Pick<Clock, "now">;
  readonly log: Logger;
  readonly changed: (incidentId: string) => Promise<void>;
}

/**
 * Tells people how attempts to apply or undo have ended. From the rows, where each end was written down as it came: a process
 * that dies right after, or a database that is away for a moment, leaves nobody without word of it.
 */
export async function tellExecutions({ plans, jobs, redact, clock, log, changed }: TellExecutionsDeps): Promise<void> {
  for (const { id, planId, kind, outcome, detail } of await plans.untold()) {
    const plan = (await plans.get(planId))?.plan;
    if (!plan) continue;
    const { incidentId, action, target, params } = plan;
    const done = outcome === "applied";
    const title = actionTitle(action, target, params);
    const word = kind === "apply" ? "applied" : "undone";
    // What was undone, or could not be done, gives way to the next step. Asked for first: jobs of one incident are one.
    if (done === (kind === "undo")) await jobs.send(queues.plan, { incidentId }, { key: incidentId });
    const said = await plans.tell(id, incidentId, {
      at: clock.now(),
      kind: done ? word : `not-${word}`,
      text: redact(
        !done
          ? `${detail.startsWith(partlyApplied) ? "Stopped half-way" : `Not ${word}`}: ${title}. ${detail}`
          : kind === "undo"
            ? `Undone: ${title}. What was before is back.`
            : `Applied: ${title}${detail ? ` – ${detail}` : ""}.`,
      ),
    });
    if (!said) continue;
    log.info({ plan: planId, phase: kind, outcome }, "plan.executed");
    await changed(incidentId);
  }
}
