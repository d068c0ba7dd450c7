import type { KnownBlock, ModalView } from "@slack/types";
import type { StoredPlan } from "../../../incident/fix/stored-plan.ts";
import { refText } from "../../../incident/object-ref.ts";
import type { FixView, IncidentView } from "../../incident-view.ts";
import { freezeWords, planNews } from "../../plan-words.ts";
import { percent, upperFirst } from "../../words.ts";
import { encodeFix, viewIds } from "./action-ids.ts";
import { context, limits, plain, preformatted, section } from "./blocks.ts";
import { fixTitle } from "./fix-title.ts";
import { decisionInputs } from "./render-decision.ts";
import { decisionLines } from "./render-fix.ts";
import { mrkdwn, slackAgo, slackSay, slackTime } from "./text.ts";

/** Diffs longer than one rich-text block are shown in several, up to this many; the rest is in the thread's file. */
const diffBlocks = 6;

function diffParts(diff: string): KnownBlock[] {
  const blocks: KnownBlock[] = [];
  let part = "";
  for (const line of diff.split("\n")) {
    if (part.length + line.length + 1 > limits.preformatted && part !== "") {
      blocks.push(preformatted(part));
      part = "";
    }
    part += part === "" ? line : `\n${line}`;
  }
  if (part !== "") blocks.push(preformatted(part));
  if (blocks.length <= diffBlocks) return blocks;
  return [
    ...blocks.slice(0, diffBlocks),
    context(`… ${blocks.length - diffBlocks} more parts of the diff; the command below does all of it.`),
  ];
}

/** Parameters that a person has to fill in, because no evidence says what they should be. */
function inputs(fix: FixView): KnownBlock[] {
  return fix.recommendation.needs.map((need) => ({
    type: "input",
    block_id: `param.${need.name}`,
    label: plain(need.name, 2_000),
    hint: plain(need.why, 2_000),
    element: { type: "plain_text_input", action_id: "value", max_length: 3_000 },
  }));
}

/** `Needs 2 approvals; Ada has approved, and is not counted twice`. */
function approvalsText({ plan, approvals }: StoredPlan): string {
  const need = plan.approvalsNeeded;
  const names = approvals.map((vote) => mrkdwn(vote.by.name, 80));
  const needs = `Needs ${need} approval${need === 1 ? "" : "s"}`;
  return names.length === 0
    ? needs
    : `${needs}; ${names.join(" and ")} ${names.length === 1 ? "has" : "have"} approved`;
}

/** Why there is nothing to decide, as mrkdwn. */
function whyNoDecision({ refusal, plan }: FixView): string {
  if (refusal) return mrkdwn(refusal.detail, 1_500);
  if (!plan) return "There is no plan for it.";
  return planNews(plan, slackSay)?.text ?? "A newer plan took the place of this one.";
}

/** What exactly would be done, how to undo it, whom it touches, until when it is valid. */
function changeBlocks(stored: StoredPlan): KnownBlock[] {
  const { plan } = stored;
  const { pods, services, note } = plan.blastRadius;
  const behind = services.map((ref) => mrkdwn(refText(ref), 120)).join(", ");
  return [
    section("*Change* (checked by a dry run on the API server)"),
    ...diffParts(plan.diff),
    section("*The same by hand*"),
    preformatted(`$ ${plan.kubectl}`),
    section(
      [
        `*Touches*: ${pods} pod${pods === 1 ? "" : "s"}${behind ? ` behind ${behind}` : ""}. ${mrkdwn(note, 400)}`,
        plan.undoKubectl
          ? "*Undo*: restores what was before, by one click or:"
          : "*Undo*: not possible for this change.",
      ].join("\n"),
    ),
    ...(plan.undoKubectl ? [preformatted(`$ ${plan.undoKubectl}`)] : []),
    context(
      `${approvalsText(stored)}${plan.secondFactor ? ", each with a code" : ""}  ·  valid until ${slackTime(plan.expiresAt, "{time_secs}")} (${slackAgo(plan.expiresAt)})  ·  digest ${plan.digest.slice(0, 12)}`,
    ),
  ];
}

/** What exactly would be done, how to undo it, whom it touches, until when it is valid – and the decision, unless changes are frozen. */
export function renderReview(
  fix: FixView,
  options: {
    incidentId: string;
    note?: string;
    freeze?: Pick<IncidentView, "frozen" | "frozenBy">;
    /** Why it stands before a likelier one, or what it is for. */
    place?: string;
  },
): ModalView {
  const { recommendation } = fix;
  const plan = fix.plan?.plan;
  const metadata = encodeFix({
    incidentId: options.incidentId,
    recommendationId: recommendation.id,
    planId: plan?.id ?? "",
    digest: plan?.digest ?? "",
  });
  const top: KnownBlock[] = [
    ...(options.note ? [section(`:information_source: ${mrkdwn(options.note, 500)}`)] : []),
    section(
      `*${mrkdwn(fixTitle(fix), 200)}*\n${mrkdwn(upperFirst(recommendation.reason), 800)}\n*${percent(recommendation.confidence)}* likely to help  ·  ${plan?.risk ?? recommendation.risk} risk${options.place ? `\n_${mrkdwn(upperFirst(options.place), 200)}_` : ""}`,
    ),
    ...decisionLines(fix).map((line) => section(line)),
  ];
  const { freeze } = options;
  if (freeze?.frozen)
    top.unshift(
      section(`:ice_cube: ${freezeWords(freeze, slackSay)}: nothing is approved until \`/incident unfreeze\`.`),
    );
  if (!fix.plan || plan?.state !== "proposed") {
    const needs = inputs(fix);
    return {
      type: "modal",
      callback_id: viewIds.review,
      private_metadata: metadata,
      title: plain("Review fix", limits.viewTitle),
      close: plain("Close", 24),
      ...(needs.length > 0 ? { submit: plain("Preview", 24) } : {}),
      blocks: [...top, section(whyNoDecision(fix)), preformatted(`$ ${recommendation.kubectl}`), ...needs],
    };
  }
  const decision = freeze?.frozen ? [] : decisionInputs(fix.plan);
  return {
    type: "modal",
    callback_id: viewIds.review,
    private_metadata: metadata,
    title: plain("Review fix", limits.viewTitle),
    ...(decision.length > 0 ? { submit: plain("Submit decision", 24) } : {}),
    close: plain(decision.length > 0 ? "Cancel" : "Close", 24),
    blocks: [...top, ...changeBlocks(fix.plan), ...decision],
  };
}

/** Asks for the reason of a rejection; without one the next person would not know. */
export function renderReject(fix: FixView, options: { incidentId: string }): ModalView {
  const plan = fix.plan?.plan;
  return {
    type: "modal",
    callback_id: viewIds.reject,
    private_metadata: encodeFix({
      incidentId: options.incidentId,
      recommendationId: fix.recommendation.id,
      planId: plan?.id ?? "",
      digest: plan?.digest ?? "",
    }),
    title: plain("Reject fix", limits.viewTitle),
    submit: plain("Reject", 24),
    close: plain("Cancel", 24),
    blocks: [
      section(`*${mrkdwn(fixTitle(fix), 200)}*\nNothing will be changed. The incident stays open.`),
      {
        type: "input",
        block_id: "note",
        label: plain("Why not?", 100),
        element: { type: "plain_text_input", action_id: "value", multiline: true, max_length: 1_000 },
      },
    ],
  };
}
