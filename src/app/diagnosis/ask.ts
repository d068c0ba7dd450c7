import type { Desk } from "../../bot/desk.ts";
import type { Observation } from "../../cluster/observation.ts";
import type { AskAnswer, AskSentence } from "../../incident/diagnosis/ask-answer.ts";
import { noModel } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import type { Redact } from "../../incident/redacted.ts";
import { messageOf } from "../../lib/app-error.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { untilToken } from "../../lib/until-token.ts";
import { answerByModel, type ModelAsked } from "../../rca/ask/answer-by-model.ts";
import { answerByRules, type Material } from "../../rca/ask/answer-by-rules.ts";
import { observationTools } from "../../rca/investigate/observation-tools.ts";
import type { InvestigationTools } from "../../rca/investigate/tools.ts";
import { costOf } from "../../rca/model/cost-of.ts";
import type { Model } from "../../rca/model/model.ts";
import { openNames, type Pseudonyms } from "../../rca/redact/pseudonyms.ts";
import type { Database } from "../../store/database.ts";
import { evidenceOf, latestDiagnosis } from "../../store/incidents/diagnoses.ts";
import { getIncident } from "../../store/incidents/incidents.ts";
import { keepEvidence } from "../../store/incidents/keep-evidence.ts";
import { keepConversations } from "./explain-step.ts";

export interface AskDeps {
  readonly database: Database;
  readonly redact: Redact;
  readonly clock: Clock;
  readonly log: Logger;
  /** Without one the evidence lines that match best are the answer. */
  readonly model?: Model | undefined;
  /** What may be looked up; by default what was observed. */
  readonly tools?: InvestigationTools | undefined;
  readonly observation?: Observation | undefined;
  readonly pseudonyms?: Pseudonyms | undefined;
}

const maxQuestionChars = 1_000;
/** Questions of one person in an hour that a model is asked; after that the rules answer. */
const modelQuestionsPerHour = 30;
/** Questions of one person in a minute, whoever answers. */
const questionsPerMinute = 20;
const maxPeople = 1_000;

/** How often each person has asked lately. Bounded: the person who asked nothing for longest is forgotten. */
function askedLately() {
  const times = new Map<string, number[]>();
  return (person: string, now: number) => {
    const recent = (times.get(person) ?? []).filter((at) => at > now - 3_600_000).slice(-modelQuestionsPerHour * 2);
    recent.push(now);
    times.delete(person);
    times.set(person, recent);
    if (times.size > maxPeople) {
      const oldest = times.keys().next().value;
      if (oldest !== undefined) times.delete(oldest);
    }
    return { hour: recent.length, minute: recent.filter((at) => at > now - 60_000).length };
  };
}

function byRules(question: string, incidentId: string, material: Material, why: string): AskAnswer {
  const sentences = answerByRules(question, material);
  const cited = new Set(sentences.flatMap((sentence) => sentence.evidence));
  return {
    type: "answered",
    incidentId,
    by: "rules",
    note:
      sentences.length > 0
        ? `${why}; this is what the evidence has on the question`
        : `${why}; the evidence gathered so far says nothing about this. Try “why …?”, “since when …?”, “what changed?” or “what can I do?”`,
    sentences,
    evidence: material.evidence.filter((entry) => cited.has(entry.id)),
  };
}

/** The sentences with the ids under which their evidence is kept, and that evidence. */
function withKeptIds(asked: ModelAsked, known: readonly Evidence[], kept: ReadonlyMap<string, string>) {
  const idOf = (id: string) => kept.get(id) ?? id;
  const sentences: AskSentence[] = asked.sentences.map((one) => ({ ...one, evidence: one.evidence.map(idOf) }));
  const cited = new Set(sentences.flatMap((one) => one.evidence));
  const all = new Map(
    [...asked.found.map((entry) => ({ ...entry, id: idOf(entry.id) })), ...known].map((e) => [e.id, e]),
  );
  return { sentences, evidence: [...all.values()].filter((entry) => cited.has(entry.id)) };
}

/**
 * Answers people's questions about an incident: by the model where there is one, with look-ups, citations and caps as in a
 * diagnosis; otherwise, and whenever it fails, from the evidence by rules, which is then said.
 */
export function createAsk(deps: AskDeps): Desk["ask"] {
  const { database, redact, model, clock, log } = deps;
  const tools = deps.tools ?? (deps.observation && observationTools(deps.observation));
  const lately = askedLately();

  return async (incidentId, question, by) => {
    const text = untilToken(question.replace(/\s+/g, " ").trim(), maxQuestionChars);
    if (text === "")
      return {
        type: "refused",
        reason: "empty-question",
        text: "Ask something, for example “why does orders restart?”.",
      };
    const asked = lately(by.id, performance.now());
    if (asked.minute > questionsPerMinute)
      return {
        type: "refused",
        reason: "too-many-questions",
        text: "That is a lot of questions; ask again in a minute.",
      };
    const incident = /^\d{1,18}$/.test(incidentId) ? await getIncident(database, incidentId) : undefined;
    if (!incident)
      return { type: "refused", reason: "unknown-incident", text: `There is no incident ${incidentId.slice(0, 20)}.` };
    const [latest, evidence] = await Promise.all([
      latestDiagnosis(database, incidentId),
      evidenceOf(database, incidentId),
    ]);
    const recommendations = latest?.recommendations ?? [];
    const material: Material = { diagnosis: latest?.diagnosis, evidence, recommendations, redact };
    if (!model) return byRules(text, incidentId, material, noModel);
    if (asked.hour > modelQuestionsPerHour)
      return byRules(text, incidentId, material, "you have used up the model's questions of this hour");

    const made = await answerByModel({
      model,
      tools,
      pseudonyms: deps.pseudonyms ?? openNames,
      redact,
      incident,
      diagnosis: latest?.diagnosis,
      recommendations,
      evidence,
      question: text,
      now: clock.now(),
    });
    const tokens = costOf(made.conversation.tokens, model.port.price);
    log.info({ incident: incidentId, by: by.id, tokens, note: made.note }, "incident.asked");
    if (made.trouble) log.warn({ incident: incidentId, ...made.trouble }, "model.failed");
    const kept = await keepEvidence(database, incidentId, made.found);
    await keepConversations(database, incidentId, model, [made.conversation]).catch((error: unknown) =>
      log.warn({ incident: incidentId, error: messageOf(error) }, "conversation.not-kept"),
    );
    if (made.sentences.length === 0)
      return { ...byRules(text, incidentId, material, made.note ?? "the model gave no answer"), tokens };
    return {
      type: "answered",
      incidentId,
      by: "model",
      ...(made.unanswered ? { note: `not answered by the evidence: ${made.unanswered}` } : {}),
      ...withKeptIds(made, evidence, kept),
      tokens,
    };
  };
}
