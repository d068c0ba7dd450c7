import type { ModelFailure } from "./model-port.ts";

const words: Readonly<Record<ModelFailure, string>> = {
  timeout: "the model did not answer in time",
  unreachable: "the model cannot be reached",
  "server-error": "the model's server failed",
  "rate-limited": "the model's server refuses further requests for now",
  "bad-key": "the model's server refused the key",
  "no-model": "the model's server does not know the model (model.name, model.baseUrl)",
  "too-long": "the case is longer than the model can read (model.inputTokens)",
  refused: "the model refused to answer",
  "bad-answer": "the model's answer could not be used",
  "over-budget": "the model's budget for this hour is spent",
  "over-incident-budget": "the model's budget for this incident is spent",
};

/** One line for the message: why the model did not take part. */
export function modelNoteFor(reason: ModelFailure): string {
  return words[reason];
}

const passing: ReadonlySet<string> = new Set(
  (["timeout", "unreachable", "server-error", "rate-limited", "over-budget"] as const).map(modelNoteFor),
);

/** Whether what a note tells of may be over a while later, so that asking again makes sense. */
export function mayPass(note: string): boolean {
  return passing.has(note);
}
