import type { AnswerFormat, ModelFailure, ModelMessage } from "./model-port.ts";

/** One request of a conversation: the first `messages` of it, and what was sent along. */
export interface RequestRecord {
  /** Messages of the conversation that were sent. */
  readonly messages: number;
  readonly format: AnswerFormat;
  /** Whether tools were offered, and whether they might still be called. */
  readonly tools: "none" | "offered" | "closed";
  /** SHA-256 of the bytes of the body, hex. */
  readonly sha256: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly outcome: "answer" | "tool-calls" | "unsupported-format" | "unsupported-tools" | ModelFailure;
}

export type Purpose = "diagnose" | "refute" | "ask";

/**
 * Everything that was said between kubemend and a model about one thing, as it left and as it came back: redacted, with
 * pseudonyms. With the same prompt files, the bytes of every request can be made again from it (promise L6).
 */
export interface Conversation {
  readonly purpose: Purpose;
  readonly model: string;
  /** Version and SHA-256 of the prompt file. */
  readonly prompt: { readonly version: string; readonly hash: string };
  readonly schemaName: string;
  readonly maxOutputTokens: number;
  readonly messages: readonly ModelMessage[];
  readonly requests: readonly RequestRecord[];
  readonly tokens: { readonly input: number; readonly output: number };
}

/** Sums, separately; zeros for none. */
export function addTokens(...all: readonly { readonly input: number; readonly output: number }[]): {
  readonly input: number;
  readonly output: number;
} {
  return {
    input: all.reduce((sum, one) => sum + one.input, 0),
    output: all.reduce((sum, one) => sum + one.output, 0),
  };
}
