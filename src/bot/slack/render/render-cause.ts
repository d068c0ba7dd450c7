import type { KnownBlock } from "@slack/types";
import { causeTitles } from "../../../incident/cause.ts";
import { causeText } from "../../../incident/diagnosis/cause-text.ts";
import { summaryWithoutAdvice } from "../../../incident/fix/advice-text.ts";
import { refText } from "../../../incident/object-ref.ts";
import type { IncidentView } from "../../incident-view.ts";
import { pageName, runbookPages } from "../../runbook-pages.ts";
import { undecidedWords } from "../../undecided.ts";
import { confidenceWords, percent } from "../../words.ts";
import { actionIds } from "./action-ids.ts";
import { plain } from "./blocks.ts";
import { mrkdwn, prose } from "./text.ts";

/** What is offered or was done stands below; the summary does not tell it as well. */
const shortSummary = ({ fixes }: IncidentView, summary: string) =>
  summaryWithoutAdvice(
    summary,
    fixes.map(({ recommendation }) => recommendation),
  );

/** What brought it about, how sure that is, and why. Undefined while it is being looked for, which the line above it says. */
export function causeSection(view: IncidentView): string | undefined {
  const { diagnosis, incident } = view;
  if (!diagnosis)
    return incident.status === "resolved" ? "*Cause*: not known; it was over before one was found." : undefined;
  const [first, second] = diagnosis.hypotheses;
  if (!first || diagnosis.inconclusive) {
    const questions = diagnosis.questions.slice(0, 2).map((question) => `• ${mrkdwn(question, 300)}`);
    return [
      `*Cause*: ${undecidedWords(diagnosis, mrkdwn) ?? "not decided"}.`,
      ...(questions.length > 0 ? ["What would decide it:", ...questions] : []),
    ].join("\n");
  }
  const pages = runbookPages(view).map(({ id, query }) => `${mrkdwn(pageName(query), 160)} (${id})`);
  const rival =
    second && second.probability > 0.15
      ? `  ·  else ${mrkdwn(causeText(second.cause, second.culprit), 200)} with ${percent(second.probability)}`
      : "";
  return [
    `*Cause*: *${causeTitles[first.cause]}* (${mrkdwn(refText(first.culprit), 160)}) – ${confidenceWords(first.probability)} (${percent(first.probability)})${rival}`,
    prose(shortSummary(view, diagnosis.summary), 1_300, view.incident.onset),
    diagnosis.confidenceReason ? `_Why ${percent(first.probability)}: ${mrkdwn(diagnosis.confidenceReason, 400)}_` : "",
    first.evidence.length > 0 ? `_Proof: ${first.evidence.slice(0, 8).join(", ")}, in the thread_` : "",
    pages.length > 0 ? `:book: *Your runbook*: ${pages.join(" and ")}, in the thread` : "",
  ]
    .filter((line) => line !== "")
    .join("\n");
}

/** Thumbs on the cause that is named first; they count for later diagnoses. */
export function thumbs(incidentId: string): KnownBlock {
  const thumb = (sign: string, verdict: "right" | "wrong", label: string) => ({
    text: plain(sign, 75),
    value: `${verdict}|${incidentId}`,
    accessibility_label: label,
  });
  return {
    type: "context_actions",
    elements: [
      {
        type: "feedback_buttons",
        action_id: actionIds.rate,
        positive_button: thumb("Right cause", "right", "This cause is right"),
        negative_button: thumb("Wrong cause", "wrong", "This cause is wrong"),
      },
    ],
  };
}
