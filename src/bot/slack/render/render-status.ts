import { duration } from "../../../lib/duration.ts";
import { foretoldAt } from "../../foretold.ts";
import type { IncidentView } from "../../incident-view.ts";
import { nextStep } from "../../next-step.ts";
import { statusWords } from "../../words.ts";
import { mrkdwn, slackAgo, slackSay, slackTime } from "./text.ts";

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
export function statusAndNow(view: IncidentView): string {
  const now = nextStep(view, slackSay);
  return now ? `${statusLine(view)}\n:point_right: ${now}` : statusLine(view);
}
