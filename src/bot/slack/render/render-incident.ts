import type { KnownBlock } from "@slack/types";
import { noModel } from "../../../incident/diagnosis/diagnosis.ts";
import { impactText } from "../../impact.ts";
import type { IncidentView } from "../../incident-view.ts";
import { mergedWords } from "../../merged.ts";
import { seenBefore } from "../../seen-before.ts";
import { cut, cutTitle, detectedWords } from "../../words.ts";
import { context, divider, header, limits, section } from "./blocks.ts";
import { notificationText } from "./notification.ts";
import { causeSection, thumbs } from "./render-cause.ts";
import { fixBlocks } from "./render-fixes.ts";
import { incidentActions } from "./render-incident-actions.ts";
import { statusAndNow } from "./render-status.ts";
import { severityIcons } from "./severity-icons.ts";
import { escapeMrkdwn, mrkdwn, slackSay } from "./text.ts";

const hurtShown = 8;

export interface RenderedMessage {
  /** For notifications and for clients without blocks. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
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
      : [detectedWords(incident), ...(symptoms > 1 ? [`${symptoms} symptoms`] : [])]),
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
    blocks.push(incidentActions(view));
  }
  blocks.push(context(footer(view)));
  return {
    text: notificationText(view),
    blocks,
  };
}
