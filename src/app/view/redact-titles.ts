import type { IncidentView } from "../../bot/incident-view.ts";
import type { Redact } from "../../incident/redacted.ts";

/** A view in which no title quotes what must not be told: titles hold what was logged. */
export function redactTitles(view: IncidentView, redact: Redact): IncidentView {
  const named = <T extends { readonly title: string }>(one: T): T => ({ ...one, title: redact(one.title) });
  return {
    ...view,
    incident: named(view.incident),
    ...(view.whole ? { whole: named(view.whole) } : {}),
    ...(view.parts ? { parts: view.parts.map(named) } : {}),
  };
}
