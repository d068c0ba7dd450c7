import { refText } from "../../incident/object-ref.ts";
import type { PastIncident } from "../../incident/past-incident.ts";
import { isoTime } from "../../lib/clock.ts";
import type { Finding } from "./evidence-book.ts";

/** An earlier incident as evidence. */
export function similarFinding(past: PastIncident): Finding {
  const outcome = past.fix
    ? `; ${past.fix.action} on ${refText(past.fix.target)} ${past.fix.recovered ? "helped" : "did not help"}`
    : "; no fix is recorded";
  return {
    source: "history",
    about: past.culprit,
    query: `/incident show ${past.id}`,
    text: `Incident ${past.id} of ${isoTime(past.onset)} looked alike (${Math.round(past.similarity * 100)} %): "${past.title}", cause ${past.cause} of ${refText(past.culprit)}${outcome}`,
    at: past.onset,
  };
}
