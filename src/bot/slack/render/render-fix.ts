import type { KnownBlock } from "@slack/types";
import type { ActionPlan, PlanState } from "../../../incident/fix/action-plan.ts";
import { actionTitle } from "../../../incident/fix/action-title.ts";
import type { StoredPlan } from "../../../incident/fix/stored-plan.ts";
import type { FixView } from "../../incident-view.ts";
import { type PlanMark, planNews } from "../../plan-words.ts";
import { cut, percent, upperFirst } from "../../words.ts";
import { actionIds, encodeFix } from "./action-ids.ts";
import { button, confirm, preformatted, section } from "./blocks.ts";
import { mrkdwn, slackSay } from "./text.ts";

/** What is done to what, without values: those are in the diff. */
export function fixTitle(fix: FixView): string {
  return actionTitle(fix.recommendation.action, fix.recommendation.target);
}

/** The same with what the plan sets, for where its diff does not stand beside it. */
function planTitle({ action, target, params }: ActionPlan): string {
  return actionTitle(action, target, params);
}

const marks: Readonly<Record<PlanMark, string>> = {
  vote: ":ballot_box_with_check:",
  "under-way": ":hourglass_flowing_sand:",
  helped: ":white_check_mark:",
  trouble: ":warning:",
  undone: ":leftwards_arrow_with_hook:",
  "not-applied": ":x:",
  rejected: ":no_entry_sign:",
  expired: ":clock3:",
};

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

/** Where it stands between the gentlest step and the hardest, for who does not know that there is a ladder. */
function rungWords({ at, of }: NonNullable<FixView["rung"]>): string {
  if (at === 1) return `the gentlest of ${of} steps`;
  return at === of ? `the last of ${of} steps` : `step ${at} of ${of}`;
}

function offerable(fix: FixView): boolean {
  const state = fix.plan?.plan.state;
  return state === "proposed" || state === "expired";
}

/** Asks before one click approves: what is changed, whom it touches, and whether it is applied by this very approval. */
function approveQuestion({ plan, approvals }: StoredPlan) {
  const { pods } = plan.blastRadius;
  const missing = plan.approvalsNeeded - approvals.length - 1;
  const title = planTitle(plan);
  const then =
    missing > 0
      ? `Nothing is applied yet: ${missing} more approval${missing === 1 ? " is" : "s are"} needed after yours.`
      : `It is applied at once${pods > 0 ? ` and touches ${pods} pod${pods === 1 ? "" : "s"}` : ""}.`;
  // Slack cuts such a question at 300 characters: what happens comes before the lines of the diff.
  return confirm(
    missing > 0 ? "Approve this change?" : "Apply this change?",
    [title, then, ...changedLines(plan.diff)].join("\n"),
    missing > 0 ? "Approve" : "Apply",
  );
}

/** What undoing a change means, for who is about to: that it happens at once, and whom it touches. */
export function undoWords(plan: ActionPlan): string {
  const { pods } = plan.blastRadius;
  const touched = pods > 0 ? ` and touches ${pods} pod${pods === 1 ? "" : "s"}` : "";
  const byHand = plan.undoKubectl ? `By hand: ${plan.undoKubectl}` : "";
  return [`${planTitle(plan)}: what was before is put back at once${touched}.`, byHand].join("\n").trim();
}

const undoQuestion = (plan: ActionPlan) => confirm("Undo this change?", undoWords(plan), "Undo");

/** One fix: what, how sure, how risky, whether it can be undone, what became of it, and the buttons that still make sense. */
export function renderFix(
  fix: FixView,
  options: {
    readonly incidentId: string;
    readonly number: number;
    readonly closed: boolean;
    readonly frozen: boolean;
    /** Nobody makes plans: what a person can do by hand is told. */
    readonly actorAway?: boolean;
    /** The one of several on offer that a person looks at first: its button alone stands out. */
    readonly best: boolean;
    /** The fix above it is refused for the same reason. */
    readonly sameRefusal: boolean;
    /** Why it stands before a likelier one, or what it is for. */
    readonly place?: string;
    /** Number of a fix above it that changes the same, so that nobody compares two diffs at night. */
    readonly sameChangeAs?: number;
  },
): KnownBlock[] {
  const { recommendation, plan, refusal } = fix;
  const byHand = refusal?.reason === "guide-only";
  const facts = [
    `*${percent(recommendation.confidence)}* likely to help`,
    `${plan?.plan.risk ?? recommendation.risk} risk`,
    recommendation.reversible ? "can be undone" : "cannot be undone",
    ...(fix.rung && fix.rung.of > 1 ? [rungWords(fix.rung)] : []),
    ...(plan && plan.plan.approvalsNeeded > 1 && plan.approvals.length === 0
      ? [`needs ${plan.plan.approvalsNeeded} approvals`]
      : []),
    ...(plan?.plan.secondFactor ? ["Review asks for a code"] : []),
  ];
  const lines = [
    `*${options.number}. ${mrkdwn(plan && decidedStates.has(plan.plan.state) ? planTitle(plan.plan) : fixTitle(fix), 250)}*`,
    mrkdwn(upperFirst(recommendation.reason), 500),
    // Of what a person does by hand neither the risk nor the way back is known.
    ...(byHand || (plan && decidedStates.has(plan.plan.state)) ? [] : [facts.join("  ·  ")]),
    ...(options.place && !(plan && decidedStates.has(plan.plan.state))
      ? [`_${mrkdwn(upperFirst(options.place), 200)}_`]
      : []),
    ...decisionLines(fix),
  ];
  if (options.sameChangeAs !== undefined) lines.push(`Changes the same as fix ${options.sameChangeAs}, in another way`);
  const news = plan && planNews(plan, slackSay);
  if (news) lines.push(`${marks[news.mark]} ${news.text}`);
  else if (refusal && !byHand) {
    const file = refusal.commit ? ` The patch to commit is in the thread: ${mrkdwn(refusal.commit.name, 120)}.` : "";
    const why = options.sameRefusal
      ? "kubemend does not apply this one either, for the same reason."
      : mrkdwn(refusal.detail, 400);
    lines.push(`:information_source: ${why}${file}`);
  }
  const value = encodeFix({
    incidentId: options.incidentId,
    recommendationId: recommendation.id,
    planId: plan?.plan.id ?? "",
    digest: plan?.plan.digest ?? "",
  });
  const elements = [];
  if (!options.closed && offerable(fix)) {
    // A code can only be typed into the review, so that is the way to approve.
    const viaReview = plan?.plan.state === "proposed" && plan.plan.secondFactor === true && !options.frozen;
    elements.push(button("Review", actionIds.review, value, viaReview && options.best ? { style: "primary" } : {}));
    if (plan?.plan.state === "proposed" && !options.frozen) {
      if (!plan.plan.secondFactor)
        elements.push(
          button("Approve", actionIds.approve, value, {
            ...(options.best ? { style: "primary" } : {}),
            confirm: approveQuestion(plan),
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
    // Its form is the question where a code has to be typed.
    elements.push(
      plan.plan.secondFactor
        ? button("Undo", actionIds.undoWithCode, value, { style: "danger" })
        : button("Undo", actionIds.undo, value, { style: "danger", confirm: undoQuestion(plan.plan) }),
    );
  }
  const blocks: KnownBlock[] = [section(lines.join("\n"))];
  if (byHand) blocks.push(preformatted(refusal.detail));
  if (options.actorAway && !plan && !refusal) blocks.push(preformatted(`$ ${recommendation.kubectl}`));
  const change = plan?.plan.state === "proposed" ? changedLines(plan.plan.diff).join("\n") : "";
  if (change && options.sameChangeAs === undefined) blocks.push(preformatted(change));
  // By its number and not by its recommendation: two diagnoses of one incident both have an R1, and Slack refuses a block twice.
  if (elements.length > 0) blocks.push({ type: "actions", block_id: `fix.${options.number}`, elements });
  return blocks;
}
