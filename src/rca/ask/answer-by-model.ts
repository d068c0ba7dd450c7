import type { AskSentence } from "../../incident/diagnosis/ask-answer.ts";
import type { Diagnosis } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import type { Incident } from "../../incident/incident.ts";
import type { Redact, Redacted } from "../../incident/redacted.ts";
import { createEvidenceBook } from "../gather/evidence-book.ts";
import { createToolBox } from "../investigate/tool-box.ts";
import type { InvestigationTools } from "../investigate/tools.ts";
import { replyShape } from "../model/answer.ts";
import { caseText } from "../model/case-text.ts";
import type { Conversation } from "../model/conversation.ts";
import { converse } from "../model/converse.ts";
import { modelNoteFor } from "../model/failure-words.ts";
import type { Model } from "../model/model.ts";
import type { ModelTrouble } from "../model/model-port.ts";
import { loadPrompt } from "../model/prompt.ts";
import { citedSentences, sayable } from "../model/sayable.ts";
import type { Pseudonyms } from "../redact/pseudonyms.ts";

export interface AskModelInput {
  readonly model: Model;
  readonly tools?: InvestigationTools | undefined;
  readonly pseudonyms: Pseudonyms;
  readonly redact: Redact;
  readonly incident: Incident;
  readonly diagnosis: Diagnosis | undefined;
  readonly recommendations: readonly Recommendation[];
  /** What is known of the incident so far. */
  readonly evidence: readonly Evidence[];
  readonly question: string;
  /** Unix ms of the cluster's time. */
  readonly now: number;
}

export interface ModelAsked {
  /** Empty when the model failed, or said nothing that it could prove: `note` says which. */
  readonly sentences: readonly AskSentence[];
  readonly note?: string;
  /** What the model knew could not be answered. */
  readonly unanswered?: Redacted;
  /** What was looked up for this question; ids `A1`, `A2` so that they meet no diagnosis made at the same time. */
  readonly found: readonly Evidence[];
  readonly conversation: Conversation;
  /** Why the model gave no answer. */
  readonly trouble?: ModelTrouble;
}

/** Lets a model answer a person's question, with the look-ups and under the rules of a diagnosis. Never throws for what it does. */
export async function answerByModel(input: AskModelInput): Promise<ModelAsked> {
  const { model, redact, incident, diagnosis, pseudonyms } = input;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), model.limits.deadlineMs);
  try {
    const book = createEvidenceBook({ redact, previous: input.evidence });
    const context = { now: input.now, onset: incident.onset, signal: deadline.signal };
    const box = input.tools
      ? createToolBox({
          tools: input.tools,
          book,
          context,
          maxCalls: model.limits.toolCalls,
          letter: "A",
          restore: pseudonyms.restore,
        })
      : undefined;
    const cited = new Set(diagnosis?.hypotheses.flatMap((item) => [...item.evidence, ...item.against]));
    const told = caseText({
      incident,
      // What the diagnosis rests on first, then the newest.
      evidence: [
        ...input.evidence.filter((entry) => cited.has(entry.id)),
        ...input.evidence.filter((entry) => !cited.has(entry.id)).sort((a, b) => b.at - a.at),
      ],
      hypotheses: diagnosis?.hypotheses ?? [],
      recommendations: input.recommendations,
      redact,
      maxInputTokens: model.limits.inputTokens,
      task: `The question: ${JSON.stringify(redact(input.question))}\n`,
    });
    const outcome = await converse({
      model,
      purpose: "ask",
      incidentId: incident.id,
      prompt: loadPrompt("ask"),
      user: told.text,
      shape: replyShape,
      tools: box,
      signal: deadline.signal,
      redact,
      pseudonyms,
    });
    const found = box?.found ?? [];
    const { conversation } = outcome;
    if (outcome.type === "failed") {
      const { reason, detail } = outcome;
      return { sentences: [], note: modelNoteFor(reason), found, conversation, trouble: { reason, detail } };
    }
    const shown = new Map([...told.shown, ...found].map((entry) => [entry.id, entry]));
    const { said } = citedSentences(outcome.answer.sentences, shown, redact);
    const unanswered = outcome.answer.unanswered
      ? sayable(outcome.answer.unanswered, redact, { limit: 240 })
      : undefined;
    return {
      sentences: said,
      ...(said.length === 0 ? { note: "the model said nothing that it could prove" } : {}),
      ...(unanswered ? { unanswered } : {}),
      found,
      conversation,
    };
  } finally {
    clearTimeout(timer);
    deadline.abort();
  }
}
