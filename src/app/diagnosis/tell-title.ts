import type { Diagnosis } from "../../incident/diagnosis/diagnosis.ts";
import { headlineOf } from "../../incident/diagnosis/title.ts";
import type { Incident } from "../../incident/incident.ts";
import type { Redact } from "../../incident/redacted.ts";
import type { Database } from "../../store/database.ts";
import { addToTimeline } from "../../store/incidents/timeline.ts";

/** An edited message calls nobody: that the incident has got another title is a step of its own. */
export async function tellTitle(
  { database, redact }: { readonly database: Database; readonly redact: Redact },
  incident: Incident,
  change: { readonly before: Diagnosis | undefined; readonly after: Diagnosis; readonly at: number },
): Promise<void> {
  const before = change.before && headlineOf(incident, change.before);
  const after = headlineOf(incident, change.after);
  if (before === after) return;
  const seen = `first seen as "${incident.title}"`;
  await addToTimeline(database, incident.id, {
    at: change.at,
    kind: "retitled",
    text: redact(
      after === undefined
        ? `The title no longer names a cause (it was "${before}"); ${seen}.`
        : `The title names the cause now: "${after}"; ${before === undefined ? seen : `before, "${before}"`}.`,
    ),
  });
}
