import type { Desk } from "../bot/desk.ts";
import type { Redact } from "../incident/redacted.ts";
import { answerByRules } from "../rca/ask/answer-by-rules.ts";
import type { Database } from "../store/database.ts";
import { evidenceOf, latestDiagnosis } from "../store/diagnoses.ts";
import { getIncident } from "../store/incidents.ts";

export interface AskDeps {
  readonly database: Database;
  readonly redact: Redact;
}

const maxQuestionChars = 1_000;

/** Answers people's questions about an incident, from its rows. */
export function createAsk(deps: AskDeps): Desk["ask"] {
  const { database, redact } = deps;
  return async (incidentId, question, _by) => {
    const asked = question.replace(/\s+/g, " ").trim().slice(0, maxQuestionChars);
    if (asked === "")
      return {
        type: "refused",
        reason: "empty-question",
        text: "Ask something: for example “why does orders restart?”",
      };
    const incident = await getIncident(database, incidentId);
    if (!incident) return { type: "refused", reason: "unknown-incident", text: `There is no incident ${incidentId}.` };
    const [latest, evidence] = await Promise.all([
      latestDiagnosis(database, incidentId),
      evidenceOf(database, incidentId),
    ]);
    const sentences = answerByRules(asked, { diagnosis: latest?.diagnosis, evidence, redact });
    const cited = new Set(sentences.flatMap((sentence) => sentence.evidence));
    return {
      type: "answered",
      incidentId,
      by: "rules",
      note:
        sentences.length > 0
          ? "no model configured: these are the lines of evidence that match the question best"
          : "the evidence gathered so far says nothing about this",
      sentences,
      evidence: evidence.filter((entry) => cited.has(entry.id)),
    };
  };
}
