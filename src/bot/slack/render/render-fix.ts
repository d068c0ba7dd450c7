import type { KnownBlock } from "@slack/types";
import type { PlanState } from "../../../incident/fix/action-plan.ts";
import type { FixView } from "../../incident-view.ts";
import { type PlanMark, planNews } from "../../plan-words.ts";
import { percent, upperFirst } from "../../words.ts";
import { preformatted, section } from "./blocks.ts";
import { changedLines } from "./changed-lines.ts";
import { type ButtonOptions, fixButtons } from "./fix-buttons.ts";
import { fixTitle, planTitle } from "./fix-title.ts";
import { mrkdwn, slackSay } from "./text.ts";

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

/** What speaks for a fix that is still to be decided, and what deciding takes. */
function offerFacts({ recommendation, rung, plan: stored }: FixView): string {
  const plan = stored?.plan;
  const isUnvoted = stored?.approvals.length === 0;
  return [
    `*${percent(recommendation.confidence)}* likely to help`,
    `${plan?.risk ?? recommendation.risk} risk`,
    recommendation.reversible ? "can be undone" : "cannot be undone",
    ...(rung && rung.of > 1 ? [rungWords(rung)] : []),
    ...(plan && plan.approvalsNeeded > 1 && isUnvoted ? [`needs ${plan.approvalsNeeded} approvals`] : []),
    ...(plan?.secondFactor ? ["Review asks for a code"] : []),
  ].join("  ·  ");
}

/** What became of its plan, or why there is none; undefined while nothing has happened. */
function outcomeLine({ plan, refusal }: FixView, sameRefusal: boolean): string | undefined {
  const news = plan && planNews(plan, slackSay);
  if (news) return `${marks[news.mark]} ${news.text}`;
  if (!refusal || refusal.reason === "guide-only") return undefined;
  const file = refusal.commit ? ` The patch to commit is in the thread: ${mrkdwn(refusal.commit.name, 120)}.` : "";
  const why = sameRefusal
    ? "kubemend does not apply this one either, for the same reason."
    : mrkdwn(refusal.detail, 400);
  return `:information_source: ${why}${file}`;
}

/** One fix: what, how sure, how risky, whether it can be undone, what became of it, and the buttons that still make sense. */
export function renderFix(
  fix: FixView,
  options: ButtonOptions & {
    readonly number: number;
    /** Nobody makes plans: what a person can do by hand is told. */
    readonly actorAway?: boolean;
    /** The fix above it is refused for the same reason. */
    readonly sameRefusal: boolean;
    /** Why it stands before a likelier one, or what it is for. */
    readonly place?: string;
    /** Number of a fix above it that changes the same, so that nobody compares two diffs at night. */
    readonly sameChangeAs?: number;
  },
): KnownBlock[] {
  const { recommendation, plan, refusal } = fix;
  const { number, place, sameChangeAs } = options;
  const byHand = refusal?.reason === "guide-only";
  const isDecided = plan !== undefined && decidedStates.has(plan.plan.state);
  const outcome = outcomeLine(fix, options.sameRefusal);
  const lines = [
    `*${number}. ${mrkdwn(isDecided ? planTitle(plan.plan) : fixTitle(fix), 250)}*`,
    mrkdwn(upperFirst(recommendation.reason), 500),
    // Of what a person does by hand neither the risk nor the way back is known.
    ...(byHand || isDecided ? [] : [offerFacts(fix)]),
    ...(place && !isDecided ? [`_${mrkdwn(upperFirst(place), 200)}_`] : []),
    ...decisionLines(fix),
    ...(sameChangeAs === undefined ? [] : [`Changes the same as fix ${sameChangeAs}, in another way`]),
    ...(outcome === undefined ? [] : [outcome]),
  ];
  const blocks: KnownBlock[] = [section(lines.join("\n"))];
  if (byHand) blocks.push(preformatted(refusal.detail));
  if (options.actorAway && !plan && !refusal) blocks.push(preformatted(`$ ${recommendation.kubectl}`));
  const change = plan?.plan.state === "proposed" ? changedLines(plan.plan.diff).join("\n") : "";
  if (change && sameChangeAs === undefined) blocks.push(preformatted(change));
  const elements = [...fixButtons(fix, options)];
  // By its number and not by its recommendation: two diagnoses of one incident both have an R1, and Slack refuses a block twice.
  if (elements.length > 0) blocks.push({ type: "actions", block_id: `fix.${number}`, elements });
  return blocks;
}
