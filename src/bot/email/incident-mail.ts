import { actionTitle } from "../../incident/action-title.ts";
import { causeTitles } from "../../incident/cause.ts";
import { refText } from "../../incident/object-ref.ts";
import type { Redacted } from "../../incident/redacted.ts";
import type { IncidentView } from "../incident-view.ts";
import { confidenceWords, duration, percent } from "../words.ts";
import { type Mail, messageIdOf, subjectText } from "./mail.ts";
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
}

const footer = "You get this because your address is in kubemend's settings (email.to, email.severities).";
const farewell = "Nothing can be approved by mail: decide in Slack or on the page, where you are known.";

function fixLines({ fixes }: IncidentView): string[] {
  return fixes.slice(0, 3).map(({ recommendation, refusal }) => {
    const { action, target, confidence, risk } = recommendation;
    const how = refusal ? `only advice: ${refusal.detail}` : `${risk} risk`;
    return `${actionTitle(action, target)}: ${percent(confidence)} likely to help, ${how}`;
  });
}

function incidentText(view: IncidentView, heading: string, clock: MailClock, options: IncidentMailOptions): string {
  const { incident, diagnosis } = view;
  const [first] = diagnosis?.hypotheses ?? [];
  const end =
    incident.resolvedAt === undefined
      ? ""
      : `; resolved ${clock.full(incident.resolvedAt)}, after ${duration(incident.resolvedAt - incident.onset)}`;
  const by = diagnosis?.by === "rules" ? "by rules" : "by rules and model";
  const fixes = incident.resolvedAt === undefined ? fixLines(view) : [];
  const because = diagnosis?.confidenceReason;
  return [
    heading,
    "",
    `${incident.severity} on ${incident.cluster}, ${refText(incident.target)}, since ${clock.full(incident.onset)}${end}`,
    "",
    diagnosis ? diagnosis.summary : "There is no diagnosis yet.",
    ...(first
      ? [
          "",
          `Cause: ${causeTitles[first.cause]}, ${refText(first.culprit)}, ${confidenceWords(first.probability)} (${percent(first.probability)}, ${by})`,
          ...(because ? [`Why ${percent(first.probability)}: ${because}`] : []),
        ]
      : []),
    ...(diagnosis && diagnosis.blastRadius.length > 0
      ? [`It hurts: ${diagnosis.blastRadius.slice(0, 8).map(refText).join(", ")}`]
      : []),
    ...(fixes.length > 0 ? ["", "WHAT CAN BE DONE", ...fixes.map((fix) => `- ${fix}`)] : []),
    ...options.links.flatMap(({ text, href }) => ["", `${text}: ${href}`]),
    "",
    farewell,
    "",
    "-- ",
    footer,
    "",
  ].join("\n");
}

/** One incident as a mail: its beginning, or its end in the same conversation. Pure. */
export function incidentMail(view: IncidentView, options: IncidentMailOptions): Mail {
  const { what, title, timeZone, from, installation, links, chart } = options;
  const { incident } = view;
  const clock = clockOf(timeZone);
  const first = messageIdOf(`${installation}/incident/${incident.id}/opened`, from);
  const name = `[${incident.severity}] ${incident.cluster}: ${title}`;
  // Clients put mails together by their references and by a subject that is the same but for "Re:".
  const subject = subjectText(what === "opened" ? name : `Re: ${name}`);
  const heading = what === "opened" ? title : `Resolved: ${title}`;
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
      farewell,
      links,
      fixes: fixLines(view),
      chart: cid,
    }),
    pictures: chart && cid ? [{ cid, name: `incident-${incident.id}.png`, png: chart }] : [],
    messageId: what === "opened" ? first : messageIdOf(`${installation}/incident/${incident.id}/${what}`, from),
    ...(what === "opened" ? {} : { inReplyTo: first }),
  };
}
