import { answerJsonSchema, type ModelAnswer, parseAnswer } from "./answer.ts";
import type { AnswerFormat, ModelCall, ModelFailure, ModelPort, ModelReply } from "./model-port.ts";

export type AskOutcome =
  | {
      readonly type: "answered";
      readonly answer: ModelAnswer;
      readonly inputTokens: number;
      readonly outputTokens: number;
      readonly calls: readonly ModelCall[];
    }
  | {
      readonly type: "failed";
      readonly reason: ModelFailure;
      readonly detail: string;
      readonly inputTokens: number;
      readonly outputTokens: number;
    };

const simpler: Readonly<Record<AnswerFormat, AnswerFormat | undefined>> = {
  json_schema: "json_object",
  json_object: "text",
  text: undefined,
};
const maxOutputTokens = 1_800;

/** Rejects with the abort even when what is waited for ignores the signal. */
async function withDeadline(ask: Promise<ModelReply>, signal: AbortSignal): Promise<ModelReply> {
  let stop: (() => void) | undefined;
  const late = new Promise<ModelReply>((resolve) => {
    stop = () => resolve({ type: "failed", reason: "timeout", detail: "no answer in time" });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([
      ask.catch(
        (error: unknown): ModelReply => ({
          type: "failed",
          reason: "unreachable",
          detail: String(error).slice(0, 200),
        }),
      ),
      late,
    ]);
  } finally {
    if (stop) signal.removeEventListener("abort", stop);
  }
}

/**
 * Asks once, with the strictest answer format that the server knows, and lets the model repair an answer that does not fit
 * once. All tries share one deadline. Never throws.
 */
export async function askModel(model: ModelPort, system: string, user: string): Promise<AskOutcome> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), model.deadlineMs);
  let inputTokens = 0;
  let outputTokens = 0;
  const calls: ModelCall[] = [];
  const failed = (reason: ModelFailure, detail: string): AskOutcome => ({
    type: "failed",
    reason,
    detail,
    inputTokens,
    outputTokens,
  });
  try {
    if (model.mayAsk && !model.mayAsk()) return failed("over-budget", "the budget of this hour is spent");
    let format: AnswerFormat = "json_schema";
    let message = user;
    let repaired = false;
    for (;;) {
      const call: ModelCall = { system, user: message, format, schema: answerJsonSchema, maxOutputTokens };
      calls.push(call);
      const reply = await withDeadline(model.ask(call, deadline.signal), deadline.signal);
      if (reply.type === "failed") return failed(reply.reason, reply.detail);
      if (reply.type === "unsupported-format") {
        const next: AnswerFormat | undefined = simpler[format];
        if (!next) return failed("bad-answer", "the server accepts no answer format");
        format = next;
        continue;
      }
      inputTokens += reply.inputTokens;
      outputTokens += reply.outputTokens;
      const parsed = parseAnswer(reply.text);
      if (parsed.ok) return { type: "answered", answer: parsed.answer, inputTokens, outputTokens, calls };
      if (repaired) return failed("bad-answer", parsed.problem);
      repaired = true;
      message = `${user}\nYour last answer could not be used (${reply.truncated ? "it was cut off; be shorter" : parsed.problem}). Answer again with the JSON object only.`;
    }
  } finally {
    clearTimeout(timer);
    deadline.abort();
  }
}

const words: Readonly<Record<ModelFailure, string>> = {
  timeout: "the model did not answer in time",
  unreachable: "the model cannot be reached",
  "server-error": "the model's server failed",
  "rate-limited": "the model's server refuses further requests for now",
  "bad-key": "the model's server refused the key",
  refused: "the model refused to answer",
  "bad-answer": "the model's answer could not be used",
  "over-budget": "the model's budget for this hour is spent",
};

/** One line for the message: why the model did not take part. */
export function modelNoteFor(reason: ModelFailure): string {
  return words[reason];
}
