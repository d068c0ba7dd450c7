import type { KnownBlock, Overflow } from "@slack/types";
import { causeTitles } from "../../../incident/cause.ts";
import { causeText } from "../../../incident/diagnosis/cause-text.ts";
import { noModel } from "../../../incident/diagnosis/diagnosis.ts";
import { summaryWithoutAdvice } from "../../../incident/fix/advice-text.ts";
import { refText } from "../../../incident/object-ref.ts";
import { duration } from "../../../lib/duration.ts";
import { foretoldAt } from "../../foretold.ts";
import { impactText } from "../../impact.ts";
import type { IncidentView } from "../../incident-view.ts";
import { mergedWords } from "../../merged.ts";
import { nextStep } from "../../next-step.ts";
import { pageName, runbookPages } from "../../runbook-pages.ts";
import { seenBefore } from "../../seen-before.ts";
import { undecidedWords } from "../../undecided.ts";
import { confidenceWords, cut, cutTitle, percent, statusWords } from "../../words.ts";
import { actionIds } from "./action-ids.ts";
import { button, confirm, context, divider, header, limits, plain, section } from "./blocks.ts";
import { notificationText } from "./notification.ts";
import { fixBlocks } from "./render-fixes.ts";
import { severityIcons } from "./severity-icons.ts";
import { escapeMrkdwn, mrkdwn, prose, slackAgo, slackSay, slackTime } from "./text.ts";

const hurtShown = 8;

export interface RenderedMessage {
  /** For notifications and for clients without blocks. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** What the menu offers that people need now and then. */
function moreMenu(incidentId: string): Overflow {
  const choice = (text: string, word: string) => ({ text: plain(text, 75), value: `${word}|${incidentId}` });
  return {
    type: "overflow",
    action_id: actionIds.more,
    options: [
      choice("Timeline", "timeline"),
      choice("Evidence", "evidence"),
      choice("Post-mortem", "postmortem"),
      choice("Share in another channel", "share"),
    ],
  };
}

/** Thumbs on the cause that is named first; they count for later diagnoses. */
function thumbs(incidentId: string): KnownBlock {
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

/** How it stands, who has it, since when: `open  ·  since today 6:28:18 AM (2 minutes ago)`. */
function statusLine({ incident, acknowledgedBy }: IncidentView): string {
  const { severity, status, onset, resolvedAt } = incident;
  const who = acknowledgedBy ? ` by ${mrkdwn(acknowledgedBy, 80)}` : "";
  if (incident.mergedInto !== undefined && resolvedAt !== undefined)
    return [
      `*${severity}*`,
      `merged into incident ${incident.mergedInto} ${slackTime(resolvedAt, "{time_secs}")}`,
      `began ${slackTime(onset)}`,
    ].join("  ·  ");
  if (resolvedAt !== undefined)
    return [
      `*${severity}*`,
      `resolved ${slackTime(resolvedAt, "{time_secs}")}, after ${duration(resolvedAt - onset)}`,
      `began ${slackTime(onset)}`,
    ].join("  ·  ");
  const expected = foretoldAt(incident);
  const stands = status === "acknowledged" ? `acknowledged${who}` : statusWords[status];
  return [
    `*${severity}*`,
    who && status === "mitigating" ? `${stands}, acknowledged${who}` : stands,
    ...(expected === undefined
      ? []
      : [`expected ${slackTime(expected, "{date_short_pretty} {time}")} (${slackAgo(expected)})`]),
    `since ${slackTime(onset)} (${slackAgo(onset)})`,
  ].join("  ·  ");
}

/** How it stands, and under it what is to be done: that is read first by who has just been woken. */
function statusAndNow(view: IncidentView): string {
  const now = nextStep(view, slackSay);
  return now ? `${statusLine(view)}\n:point_right: ${now}` : statusLine(view);
}

/** What is offered or was done stands below; the summary does not tell it as well. */
const summaryOf = ({ fixes }: IncidentView, summary: string) =>
  summaryWithoutAdvice(
    summary,
    fixes.map(({ recommendation }) => recommendation),
  );

/** Undefined while it is being looked for, which the line above it says. */
function causeSection(view: IncidentView): string | undefined {
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
    prose(summaryOf(view, diagnosis.summary), 1_300, view.incident.onset),
    diagnosis.confidenceReason ? `_Why ${percent(first.probability)}: ${mrkdwn(diagnosis.confidenceReason, 400)}_` : "",
    first.evidence.length > 0 ? `_Proof: ${first.evidence.slice(0, 8).join(", ")}, in the thread_` : "",
    pages.length > 0 ? `:book: *Your runbook*: ${pages.join(" and ")}, in the thread` : "",
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function impactLine(view: IncidentView): string | undefined {
  const hurt = impactText(view, { most: hurtShown, text: mrkdwn });
  return hurt && `*Also hurt${hurt.count > hurtShown ? ` (${hurt.count})` : ""}*: ${hurt.words}`;
}

/** A link to another incident where there are pages, else the number, with which `/incident show` finds it. */
function toIncident({ url }: IncidentView) {
  return (id: string) => {
    const name = `incident ${mrkdwn(id, 20)}`;
    return url ? `<${escapeMrkdwn(new URL(id, url).href)}|${name}>` : name;
  };
}

function footer({ incident, diagnosis, url }: IncidentView): string {
  const symptoms = incident.anomalies.length + incident.anomaliesDropped;
  const parts = [
    `Incident ${incident.id}`,
    `cluster ${mrkdwn(incident.cluster, 60)}`,
    ...(incident.groupKey.startsWith("declared/")
      ? ["declared by hand"]
      : [
          `detected after ${duration(incident.openedAt - incident.onset)}`,
          ...(symptoms > 1 ? [`${symptoms} symptoms`] : []),
        ]),
  ];
  if (diagnosis) {
    // That there is none is known to who has set none up.
    const note = diagnosis.modelNote === noModel ? undefined : diagnosis.modelNote;
    parts.push(`diagnosed by ${diagnosis.by}${note ? ` (${mrkdwn(note, 160)})` : ""}`);
    if (diagnosis.tokens) {
      const { input, output, costUsd } = diagnosis.tokens;
      parts.push(
        `${(input + output).toLocaleString("en-US")} tokens${costUsd === undefined ? "" : `, $${costUsd.toFixed(4)}`}`,
      );
    }
  }
  if (url) parts.push(`<${escapeMrkdwn(url)}|open the page>`);
  return parts.join("  ·  ");
}

function verdict({ incident }: IncidentView): KnownBlock {
  const over = incident.mergedInto === undefined ? ":white_check_mark:" : ":arrow_heading_down:";
  const icon = incident.status === "resolved" ? over : severityIcons[incident.severity];
  return header(cutTitle(incident.title, limits.header - icon.length - 1), icon);
}

/**
 * The one living message of an incident: verdict first, then cause, impact, picture, fixes. A pure function of the
 * view, so that what is shown can always be made again from what is stored. Never more than Slack's 50 blocks.
 */
export function renderIncident(
  view: IncidentView,
  options: { chartFileId?: string; inForm?: true } = {},
): RenderedMessage {
  const { incident } = view;
  const closed = incident.status === "resolved";
  const still = options.inForm === true;
  const blocks: KnownBlock[] = [verdict(view), section(statusAndNow(view))];
  const merged = mergedWords(view, slackSay, toIncident(view));
  if (merged) blocks.push(section(merged));
  const isPart = incident.mergedInto !== undefined;
  const cause = isPart ? undefined : causeSection(view);
  if (cause) blocks.push(section(cause));
  if (!still && !isPart && view.diagnosis && !view.diagnosis.inconclusive && view.diagnosis.hypotheses.length > 0)
    blocks.push(thumbs(incident.id));
  const impact = isPart ? undefined : impactLine(view);
  if (impact) blocks.push(section(impact));
  const before = isPart ? undefined : seenBefore(view, slackSay, toIncident(view));
  if (before) blocks.push(section(`*Seen before*: ${before}`));
  if (options.chartFileId) {
    blocks.push({
      type: "image",
      slack_file: { id: options.chartFileId },
      alt_text: cut(`What was abnormal around the start of incident ${incident.id}`, 2_000),
    });
  }
  const fixes = fixBlocks(view, still);
  blocks.push(...fixes);
  if (!still) {
    // These are about the incident, not about the fix above them.
    if (fixes.length > 0) blocks.push(divider);
    blocks.push({
      type: "actions",
      block_id: "incident",
      elements: [
        ...(incident.status === "open" || incident.status === "reopened"
          ? [button("Acknowledge", actionIds.acknowledge, incident.id)]
          : []),
        ...(closed ? [] : [button("Silence", actionIds.silence, incident.id)]),
        ...(!closed && view.diagnosis && view.diagnosis.hypotheses.length > 0
          ? [
              button("Not this cause", actionIds.notThisCause, incident.id, {
                confirm: confirm(
                  "Rule this cause out?",
                  "It is not offered again in this incident, and counts for less in later ones. kubemend looks again without it.",
                  "Rule out",
                ),
              }),
            ]
          : []),
        ...(closed ? [] : [button("Resolve", actionIds.resolve, incident.id)]),
        ...(isPart
          ? [
              button("Not a part of it", actionIds.reopen, incident.id, {
                confirm: confirm(
                  "Are they two?",
                  "This incident is open by itself again and is not merged any more.",
                  "They are two",
                ),
              }),
            ]
          : []),
        moreMenu(incident.id),
      ],
    });
  }
  blocks.push(context(footer(view)));
  return {
    text: notificationText(view),
    blocks,
  };
}
