import { causeText } from "../../incident/diagnosis/cause-text.ts";
import type { PastIncident } from "../../incident/diagnosis/past-incident.ts";
import { actionTitle } from "../../incident/fix/action-title.ts";
import { utcTime } from "../../lib/clock.ts";
import type { Finding } from "./evidence-book.ts";

/** An earlier incident as evidence. */
export function similarFinding(past: PastIncident): Finding {
  const outcome = past.fix
    ? `; ${actionTitle(past.fix.action, past.fix.target)}: ${past.fix.recovered ? "it helped" : "it did not help"}`
    : "; no fix is recorded";
  return {
    source: "history",
    about: past.culprit,
    query: `/incident show ${past.id}`,
    text: `Incident ${past.id} of ${utcTime(past.onset)} was alike (${Math.round(past.similarity * 100)} %): "${past.title}", cause ${causeText(past.cause, past.culprit)}${outcome}`,
    at: past.onset,
  };
}
