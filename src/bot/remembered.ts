import { causeText } from "../incident/diagnosis/cause-text.ts";
import type { RememberedIncident } from "../incident/diagnosis/past-incident.ts";
import { actionTitle } from "../incident/fix/action-title.ts";
import type { Say } from "./plan-words.ts";

/** Why an old incident cannot be opened any more. */
export const whyForgotten =
  "It was resolved longer ago than incidents are kept (retention.incidentsDays), so its details were deleted. This is what later diagnoses still compare with:";

/** What is still known of it, as lines of a name and what it says. */
export function rememberedLines(
  { onset, cause, culprit, fix }: RememberedIncident,
  say: Say,
): readonly (readonly [name: string, text: string])[] {
  const done =
    fix && `${say.text(actionTitle(fix.action, fix.target), 200)} ${fix.recovered ? "helped" : "did not help"}`;
  return [
    ["Began", say.moment(onset)],
    ["Cause", say.text(causeText(cause, culprit), 250)],
    ["Fix", done ?? "no change by kubemend is known to have helped"],
  ];
}
