import { approvePlan, codeRefusal, rejectPlan } from "../../actions/approve/approve.ts";
import { mayUndo } from "../../actions/policy/who-may.ts";
import type { Desk, DeskOutcome } from "../../bot/desk.ts";
import { refusalText, undoNeedsCode } from "../../bot/slack/render/approval-words.ts";
import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import { actionTitle } from "../../incident/fix/action-title.ts";
import { mayBeUndone } from "../../incident/fix/half-applied.ts";
import { quoted } from "../../incident/quoted.ts";
import { changeStatus } from "../../store/incidents/incidents.ts";
import { getFreeze } from "../../store/plans/freeze.ts";
import { getPlan } from "../../store/plans/plans.ts";
import type { Approvers } from "../plans/approvers.ts";
import { createReplan } from "../plans/replan.ts";
import { queues } from "../queues.ts";
import type { DeskDeps } from "./desk-deps.ts";

interface PlanDeskDeps extends DeskDeps {
  readonly approvers: Approvers;
  /** Writes a sentence on the timeline and has the incident shown anew. */
  readonly tell: (incidentId: string, kind: string, text: string) => Promise<void>;
}

const no = (text: string): DeskOutcome => ({ ok: false, text });
const titleOf = ({ action, target, params }: ActionPlan) => actionTitle(action, target, params);
/** What a person said with a decision, behind it. */
const inQuotes = (words: string | undefined) => (words ? ` – “${words}”` : "");
const noteChars = 1_000;

/** What people decide about plans: to apply, not to, with other values, and to take back what was applied. */
export function createPlanDesk(
  deps: PlanDeskDeps,
): Pick<Desk, "approve" | "reject" | "replan" | "replanWith" | "undo"> {
  const { database, jobs, clock, approvers, tell } = deps;
  const replans = createReplan(deps);
  /** What somebody typed beside a decision; rows keep it, and channels and pages show it. */
  const wordsOf = (typed: string) => quoted(typed.trim(), noteChars, deps.redact);

  return {
    async approve(planId, digest, by, note = "", code) {
      const said = wordsOf(note);
      const outcome = await approvePlan(
        {
          planId,
          digest,
          by: await approvers.approverOf(by),
          ...(said ? { note: said } : {}),
          ...(code ? { code } : {}),
        },
        { plans: deps.plans, policy: deps.policy, oneAtATime: true, ...approvers },
      );
      const stored = await getPlan(database, planId);
      if (stored && outcome.type !== "refused") {
        const { incidentId } = stored.plan;
        const title = titleOf(stored.plan);
        if (outcome.type === "approved") {
          const moved = await changeStatus(database, incidentId, "start-mitigation", { by: by.name, at: clock.now() });
          if (moved.ok) deps.statusDecided(moved.incident);
          await tell(incidentId, "approved", `${by.name} approved: ${title}${inQuotes(said)}.`);
        } else
          await tell(
            incidentId,
            "voted",
            `${by.name} approved (${outcome.have} of ${outcome.need}): ${title}${inQuotes(said)}.`,
          );
      }
      return outcome;
    },
    async reject(planId, by, reason) {
      const stored = await getPlan(database, planId);
      if (!stored) return no("There is no such plan any more.");
      const said = wordsOf(reason);
      const outcome = await rejectPlan(
        { planId, digest: stored.plan.digest, by: await approvers.approverOf(by), reason: said },
        { plans: deps.plans, policy: deps.policy },
      );
      if (outcome.type === "refused") return no(refusalText(outcome.reason));
      await tell(stored.plan.incidentId, "rejected", `${by.name} rejected: ${titleOf(stored.plan)}${inQuotes(said)}.`);
      return { ok: true, text: "Rejected. Nothing was changed." };
    },
    replan: replans.replan,
    async replanWith(incidentId, recommendationId, values, by) {
      const outcome = await replans.replanWith(incidentId, recommendationId, values, by);
      if (outcome.ok && outcome.fix.plan) {
        const names = outcome.changed.join(", ") || "nothing";
        await tell(
          incidentId,
          "edited",
          `${by.name} changed ${names} in the plan: ${titleOf(outcome.fix.plan.plan)}. Earlier approvals of it no longer count.`,
        );
      }
      return outcome;
    },
    async undo(planId, by, code) {
      const stored = await getPlan(database, planId);
      if (!stored) return no("There is no such plan any more.");
      if (stored.plan.undo.length === 0) return no("This change cannot be undone.");
      const { action, target } = stored.plan;
      const approvedBy = stored.approvals.map((one) => one.by.id);
      const person = await approvers.approverOf(by);
      if (!mayUndo(deps.policy, person, { action, target, approvedBy }))
        return no(
          "Nothing was changed. The policy does not name you among those who may approve this, or take it back.",
        );
      // Said now, and before a code is used up for it; the actor would refuse later, on the timeline.
      const frozen = await getFreeze(database);
      if (frozen.frozen)
        return no("Changes are frozen: nothing is undone until `/incident unfreeze`. Nothing was changed.");
      if (["undone", "failed"].includes(stored.plan.state) && !mayBeUndone(stored))
        return no("It is not in place any more. Nothing was changed.");
      // What only somebody with an authenticator could let happen, only somebody with one takes back.
      const wrong = stored.plan.secondFactor
        ? await codeRefusal({ by: person, planId, ...(code ? { code } : {}) }, approvers.secondFactor)
        : undefined;
      if (wrong) return no(wrong === "code-needed" ? `Nothing was changed. ${undoNeedsCode}` : refusalText(wrong));
      await jobs.send(queues.undo, { planId, by: by.id }, { key: planId });
      await tell(stored.plan.incidentId, "undo-asked", `${by.name} asked to undo: ${titleOf(stored.plan)}.`);
      return { ok: true, text: "It is being undone; the message follows along." };
    },
  };
}
