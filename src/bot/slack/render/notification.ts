import { causeTitles } from "../../../incident/cause.ts";
import { duration } from "../../../lib/duration.ts";
import type { IncidentView } from "../../incident-view.ts";
import { nextStep } from "../../next-step.ts";
import { percent, statusWords } from "../../words.ts";
import { limits } from "./blocks.ts";
import { mrkdwn } from "./text.ts";

/** What is wrong, why as far as it is known, and what it waits for, in this order: a phone cuts the end off. */
function parts(view: IncidentView): string[] {
  const { incident, diagnosis } = view;
  const { title, resolvedAt, onset } = incident;
  const [first] = diagnosis?.inconclusive ? [] : (diagnosis?.hypotheses ?? []);
  const cause = first ? [`Cause: ${causeTitles[first.cause]} (${percent(first.probability)})`] : [];
  if (incident.mergedInto !== undefined) return [`Merged into incident ${incident.mergedInto}: ${title}`];
  if (resolvedAt !== undefined) return [`Resolved after ${duration(resolvedAt - onset)}: ${title}`, ...cause];
  const back = incident.status === "reopened" ? `, ${statusWords.reopened}` : "";
  // A moment in a notification is nobody's own time, and by whom changes were frozen is read in the message.
  const { frozenBy: _by, ...bare } = view;
  const now = nextStep(bare, { moment: () => "", text: (text) => text });
  return [`${incident.severity}${back}: ${title}`, ...cause, ...(now ? [now] : [])];
}

/**
 * What a locked phone, the list of threads and a screen reader say of an incident: all that somebody needs who decides whether to
 * get up. Slack shows it wherever it does not show the blocks.
 */
export function notificationText(view: IncidentView): string {
  return mrkdwn(
    parts(view)
      .map((part) => (/[.!?]$/.test(part) ? part : `${part}.`))
      .join(" "),
    limits.section,
  );
}
