import type { KnownBlock } from "@slack/types";
import type { ActionPlan, PlanState } from "../../../incident/action-plan.ts";
import { actionTitle } from "../../../incident/action-title.ts";
import type { StoredPlan } from "../../../incident/stored-plan.ts";
import type { FixView } from "../../incident-view.ts";
import { cut, percent, upperFirst } from "../../words.ts";
import { actionIds, encodeFix } from "./action-ids.ts";
import { button, confirm, preformatted, section } from "./blocks.ts";
import { mrkdwn, slackTime } from "./text.ts";

export function fixTitle(fix: FixView): string {
  return actionTitle(fix.recommendation.action, fix.recommendation.target);
}

/** The same with what the plan sets, for where its diff does not stand beside it. */
function planTitle({ action, target, params }: ActionPlan): string {
  return actionTitle(action, target, params);
}

/** What became of a plan, in one line; undefined while it only waits for a decision. */
function planProgress(view: StoredPlan): string | undefined {
  const { plan, executions, verification, approvals, reason } = view;
  const last = executions.at(-1);
  const who = approvals.map((vote) => mrkdwn(vote.by.name, 80)).join(", ");
  switch (plan.state) {
    case "proposed":
      return approvals.length > 0
        ? `:ballot_box_with_check: ${approvals.length} of ${plan.approvalsNeeded} approvals (${who})`
        : undefined;
    case "approved":
      return `:hourglass_flowing_sand: Approved by ${who}; applying`;
    case "executing":
      return `:hourglass_flowing_sand: Approved by ${who}; being applied`;
    case "applied":
      if (!verification)
        return `:hourglass_flowing_sand: Approved by ${who}, applied ${slackTime(last?.finishedAt ?? plan.expiresAt, "{time_secs}")}; watching whether the symptoms clear`;
      if (verification.verdict === "recovered")
        return `:white_check_mark: Approved by ${who}, applied, and it helped: ${mrkdwn(verification.reason, 300)}`;
      return `:warning: Applied, but ${verification.verdict === "worse" ? "things got worse" : verification.verdict === "not-recovered" ? "the symptoms did not clear" : "recovery could not be confirmed"}: ${mrkdwn(verification.reason, 300)}`;
    case "undone":
      return `:leftwards_arrow_with_hook: Undone${last?.finishedAt ? ` ${slackTime(last.finishedAt, "{time_secs}")}` : ""}${verification ? `: ${mrkdwn(verification.reason, 300)}` : ""}`;
    case "failed":
      return `:x: Not applied: ${mrkdwn(reason ?? last?.detail ?? "see the thread", 300)}`;
    case "rejected":
      return `:no_entry_sign: Rejected${reason ? `: ${mrkdwn(reason, 200)}` : ""}`;
    case "expired":
      return ":clock3: Expired before anyone decided; Review makes a fresh plan";
    case "superseded":
      return undefined;
  }
}

const changedLinesShown = 8;

const depth = (line: string) => line.length - line.trimStart().length;

/** The key under which a line stands (`limits` over `memory: 34Mi`), as far as the diff shows it. */
function parentOf(lines: readonly string[], at: number): string | undefined {
  const own = depth((lines[at] ?? "").slice(1));
  for (let i = at - 1; i >= 0; i--) {
    const line = lines[i] ?? "";
    if (line.startsWith("@@")) return undefined;
    const text = line.slice(1);
    if (text.trim() === "" || depth(text) >= own) continue;
    return /^([\w.-]+):$/.exec(text.trim())?.[1];
  }
  return undefined;
}

/** The lines of the diff that change, so that what Approve does can be read without opening anything. */
export function changedLines(diff: string): readonly string[] {
  const all = diff.split("\n");
  const lines = all.flatMap((line, i) => (/^[+-](?![+-]{2} )/.test(line) ? [{ line, parent: parentOf(all, i) }] : []));
  const shown = lines.slice(0, changedLinesShown).map(({ line, parent }) => {
    const where = parent ? `${parent}.` : "";
    return cut(`${line.slice(0, 1)} ${where}${line.slice(1).trim()}`, 160);
  });
  return [
    ...shown,
    ...(lines.length > changedLinesShown ? [`… ${lines.length - changedLinesShown} more changed lines in Review`] : []),
  ];
}

/** Decided: what is told of it is the outcome, not what was expected of it before. */
const decidedStates: ReadonlySet<PlanState> = new Set([
  "approved",
  "executing",
  "applied",
  "undone",
  "failed",
  "rejected",
]);

/** Why it is offered although somebody said no, and what a person has set in it otherwise. */
export function decisionLines({ offeredAgain, edits = [] }: FixView): string[] {
  const set = edits.map(
    ({ name, value }) => `${mrkdwn(name, 80)}${value === undefined ? "" : ` = ${mrkdwn(value, 80)}`}`,
  );
  return [
    ...(offeredAgain ? [`:repeat: ${mrkdwn(offeredAgain, 500)}`] : []),
    ...(set.length > 0 ? [`:pencil2: Otherwise than proposed, a person has set ${set.join(", ")}`] : []),
  ];
}

function offerable(fix: FixView): boolean {
  const state = fix.plan?.plan.state;
  return state === "proposed" || state === "expired";
}

/** One fix: what, how sure, how risky, whether it can be undone, what became of it, and the buttons that still make sense. */
export function renderFix(
  fix: FixView,
  options: { incidentId: string; number: number; closed: boolean; frozen: boolean },
): KnownBlock[] {
  const { recommendation, plan, refusal } = fix;
  const facts = [
    `*${percent(recommendation.confidence)}* likely to help`,
    `${plan?.plan.risk ?? recommendation.risk} risk`,
    recommendation.reversible ? "can be undone" : "cannot be undone",
    ...(fix.rung ? [`step ${fix.rung.at} of ${fix.rung.of}`] : []),
    ...(plan && plan.plan.approvalsNeeded > 1 ? [`needs ${plan.plan.approvalsNeeded} approvals`] : []),
  ];
  const lines = [
    `*${options.number}. ${mrkdwn(plan && decidedStates.has(plan.plan.state) ? planTitle(plan.plan) : fixTitle(fix), 250)}*`,
    mrkdwn(upperFirst(recommendation.reason), 500),
    ...(plan && decidedStates.has(plan.plan.state) ? [] : [facts.join("  ·  ")]),
    ...decisionLines(fix),
  ];
  const progress = plan && planProgress(plan);
  if (progress) lines.push(progress);
  else if (refusal) {
    const file = refusal.commit ? ` The patch to commit is in the thread: ${mrkdwn(refusal.commit.name, 120)}.` : "";
    lines.push(`:information_source: ${mrkdwn(refusal.detail, 400)}${file}`);
  }
  const value = encodeFix({
    incidentId: options.incidentId,
    recommendationId: recommendation.id,
    planId: plan?.plan.id ?? "",
    digest: plan?.plan.digest ?? "",
  });
  const elements = [];
  if (!options.closed && offerable(fix)) {
    elements.push(button("Review", actionIds.review, value));
    if (plan?.plan.state === "proposed" && !options.frozen) {
      // A code can only be typed into the review.
      if (!plan.plan.secondFactor)
        elements.push(
          button("Approve", actionIds.approve, value, {
            style: "primary",
            confirm: confirm(
              "Apply this change?",
              [planTitle(plan.plan), ...changedLines(plan.plan.diff)].join("\n"),
              "Apply",
            ),
          }),
        );
      elements.push(button("Reject", actionIds.reject, value));
    }
  } else if (!options.closed && plan?.plan.state === "rejected") {
    elements.push(button("Review again", actionIds.review, value));
  } else if (!options.closed && refusal?.reason === "needs-input") {
    elements.push(button("Fill in and review", actionIds.review, value));
  }
  const applied = plan?.plan.state === "applied" && plan.plan.undo.length > 0;
  if (applied && plan.verification?.verdict !== "recovered") {
    elements.push(
      button("Undo", actionIds.undo, value, {
        style: "danger",
        confirm: confirm("Undo this change?", plan.plan.undoKubectl ?? "Restores what was before.", "Undo"),
      }),
    );
  }
  const blocks: KnownBlock[] = [section(lines.join("\n"))];
  const change = plan?.plan.state === "proposed" ? changedLines(plan.plan.diff).join("\n") : "";
  if (change) blocks.push(preformatted(change));
  if (elements.length > 0) blocks.push({ type: "actions", block_id: `fix.${recommendation.id}`, elements });
  return blocks;
}
