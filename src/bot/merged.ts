import type { IncidentView } from "./incident-view.ts";
import type { Say } from "./plan-words.ts";
import type { ToIncident } from "./seen-before.ts";

/** Parts that are named; beyond them they are counted. */
const named = 5;

/** Of what an incident is a part, or what is a part of it; undefined when it is one by itself. */
export function mergedWords({ whole, parts = [] }: IncidentView, say: Say, to: ToIncident): string | undefined {
  const withTitle = ({ id, title }: { readonly id: string; readonly title: string }) =>
    `${to(id)} (${say.text(title, 150)})`;
  if (whole)
    return `One cause with ${withTitle(whole)}: it goes on there, and what can be done is offered there. If that is wrong, open this one again.`;
  if (parts.length === 0) return undefined;
  const more = parts.length > named ? ` and ${parts.length - named} more` : "";
  return `Has taken in ${parts.slice(0, named).map(withTitle).join(", ")}${more}: one cause.`;
}
