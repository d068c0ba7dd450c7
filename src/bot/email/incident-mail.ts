import { causeText } from "../../incident/diagnosis/cause-text.ts";
import { actionTitle } from "../../incident/fix/action-title.ts";
import { summaryWithoutAdvice } from "../../incident/fix/advice-text.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Redacted } from "../../incident/redacted.ts";
import { duration } from "../../lib/duration.ts";
import { visibleLine } from "../../lib/visible-text.ts";
import { fixGroups, placeOf } from "../fix-groups.ts";
import { impactText } from "../impact.ts";
import type { FixView, IncidentView } from "../incident-view.ts";
import { localTimes } from "../local-times.ts";
import { mergedWords } from "../merged.ts";
import { nextStep } from "../next-step.ts";
import { planNews, type Say } from "../plan-words.ts";
import { seenBefore } from "../seen-before.ts";
import { undecidedWords } from "../undecided.ts";
import { confidenceWords, cut, percent } from "../words.ts";
import { footerLines, type Mail, messageIdOf, replySubject, subjectText } from "./mail.ts";
import { clockOf, type MailClock } from "./mail-words.ts";
import { renderHtml } from "./render-html.ts";

export interface IncidentMailOptions {
  readonly what: "opened" | "resolved";
  readonly title: Redacted;
  readonly timeZone: string;
  readonly from: string;
  /** Names the installation, so that incident 1 here is not the conversation of incident 1 there. */
  readonly installation: string;
  readonly links: readonly { readonly text: string; readonly href: string }[];
  readonly chart: Buffer | undefined;
  /** Ends the mails to this copy's reader; absent where pages have no address. */
  readonly unsubscribeUrl?: string | undefined;
}

const footer = "You get this because your address is in kubemend's settings (email.to, email.severities).";
/** Where something may be left to decide. */
const farewell = "Nothing can be approved by mail: decide in Slack or on the page, where you are known.";

function fixLine({ recommendation, plan: stored, refusal }: FixView, say: Say, place: string | undefined): string {
  const { action, target, params, confidence, risk } = recommendation;
  const title = actionTitle(action, target, stored?.plan.params ?? params);
  const likely = `${percent(confidence)} likely to help${place ? `, ${place}` : ""}`;
  // A line of a list: the steps are numbered.
  if (refusal?.reason === "guide-only")
    return `${title}${place ? ` (${place})` : ""}: ${refusal.detail.replaceAll("\n", " ")}`;
  if (refusal) return `${title}: ${likely}, only advice: ${refusal.detail}`;
  const news = stored && planNews(stored, say);
  const waits = !news || news.mark === "vote" || news.mark === "expired";
  return [
    `${title}:`,
    ...(waits ? [`${likely}, ${stored?.plan.risk ?? risk} risk${news ? "." : ""}`] : []),
    ...(news ? [news.text] : []),
  ].join(" ");
}

/** The cause in one line, as sure as it is. */
function causeLine({ diagnosis }: IncidentView): string | undefined {
  const [first] = diagnosis?.hypotheses ?? [];
  if (!diagnosis || !first) return undefined;
  const by = diagnosis.by === "rules" ? "by rules" : "by rules and model";
  const undecided = undecidedWords(diagnosis, cut);
  if (undecided) return `${undecided} (${by})`;
  return `${causeText(first.cause, first.culprit)}, ${confidenceWords(first.probability)} (${percent(first.probability)}, ${by})`;
}

/** What both parts of the mail say, each thing once. */
function contentOf(view: IncidentView, clock: MailClock) {
  const say: Say = { time: clock.full, moment: clock.full, text: cut };
  const { diagnosis } = view;
  const [first] = diagnosis?.hypotheses ?? [];
  const because = first && !diagnosis?.inconclusive ? diagnosis?.confidenceReason : undefined;
  // Numbered as in Slack and on the page: "Fix 2 waits" means the same everywhere.
  let number = 1;
  const groups = fixGroups(view).map(({ heading, begun, fixes }) => {
    const from = number;
    number += fixes.length;
    return { heading, from, lines: fixes.map((fix) => fixLine(fix, say, begun ? undefined : placeOf(fix, fixes))) };
  });
  return {
    now: nextStep(view, say),
    merged: mergedWords(view, say, (id) => `incident ${id}`),
    end: endWord(view),
    before: seenBefore(view, say, (id) => `incident ${id}`),
    cause: causeLine(view),
    why: first && because ? `Why ${percent(first.probability)}: ${because}` : undefined,
    story: diagnosis
      ? localTimes(
          summaryWithoutAdvice(
            diagnosis.summary,
            view.fixes.map((fix) => fix.recommendation),
          ),
          view.incident.onset,
          clock.seconds,
        )
      : "There is no diagnosis yet.",
    hurt: impactText(view, { most: 8, text: cut })?.words,
    groups,
  };
}

const endWord = ({ incident }: IncidentView) => (incident.mergedInto === undefined ? "resolved" : "merged");

function incidentText(view: IncidentView, heading: string, clock: MailClock, options: IncidentMailOptions): string {
  const { incident } = view;
  const { now, merged, before, cause, why, story, hurt, groups } = contentOf(view, clock);
  const end =
    incident.resolvedAt === undefined
      ? ""
      : `; ${endWord(view)} ${clock.full(incident.resolvedAt)}, after ${duration(incident.resolvedAt - incident.onset)}`;
  return [
    heading,
    "",
    `${incident.severity} on ${incident.cluster}, ${refText(incident.target)}, since ${clock.full(incident.onset)}${end}`,
    "",
    ...(now ? [`Now: ${now}`, ""] : []),
    ...(merged ? [merged, ""] : []),
    ...(cause ? [`Cause: ${cause}`, ...(why ? [why] : []), ""] : []),
    story,
    ...(hurt ? ["", `Also hurt: ${hurt}`] : []),
    ...(before ? ["", `Seen before: ${before}`] : []),
    ...groups.flatMap((group) => [
      "",
      group.heading.toUpperCase(),
      ...group.lines.map((line, i) => `${group.from + i}. ${line}`),
    ]),
    ...options.links.flatMap(({ text, href }) => ["", `${text}: ${href}`]),
    "",
    ...(incident.resolvedAt === undefined ? [farewell, ""] : []),
    ...footerLines(footer, options.unsubscribeUrl),
  ]
    .map(visibleLine)
    .join("\n");
}

/** One incident as a mail: its beginning, or its end in the same conversation. Pure. */
export function incidentMail(view: IncidentView, options: IncidentMailOptions): Mail {
  const { what, title, timeZone, from, installation, links, chart, unsubscribeUrl } = options;
  const { incident } = view;
  const clock = clockOf(timeZone);
  const first = messageIdOf(`${installation}/incident/${incident.id}/opened`, from);
  const name = subjectText(`[${incident.severity}] ${incident.cluster}: ${title}`);
  const subject = what === "opened" ? name : replySubject(name);
  const over = incident.mergedInto === undefined ? "Resolved" : `Merged into incident ${incident.mergedInto}`;
  const heading = what === "opened" ? title : `${over}: ${title}`;
  const cid = chart ? `incident-${incident.id}@kubemend` : undefined;
  return {
    subject,
    text: incidentText(view, heading, clock, options),
    html: renderHtml("incident", {
      view,
      clock,
      subject,
      heading,
      footer,
      unsubscribeUrl,
      farewell,
      links,
      content: contentOf(view, clock),
      chart: cid,
    }),
    pictures: chart && cid ? [{ cid, name: `incident-${incident.id}.png`, png: chart }] : [],
    messageId: what === "opened" ? first : messageIdOf(`${installation}/incident/${incident.id}/${what}`, from),
    ...(what === "opened" ? {} : { inReplyTo: first }),
  };
}
