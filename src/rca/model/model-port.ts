import type { ToolCall, ToolSpec } from "../investigate/tool-call.ts";

export type AnswerFormat = "json_schema" | "json_object" | "text";

export type ModelMessage =
  | { readonly role: "system" | "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: "tool"; readonly callId: string; readonly text: string };

/** One request to a language model, complete and free of anything that changes between two tries. */
export interface ModelCall {
  readonly messages: readonly ModelMessage[];
  readonly tools: readonly ToolSpec[];
  /** False when the model has to answer now. */
  readonly mayCallTools: boolean;
  readonly format: AnswerFormat;
  /** Name and JSON schema of the answer, used with `json_schema`. */
  readonly schemaName: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly maxOutputTokens: number;
}

export type ModelFailure =
  | "timeout"
  | "unreachable"
  | "server-error"
  | "rate-limited"
  | "bad-key"
  /** The server does not know the model, or nothing answers at this address. */
  | "no-model"
  /** The question is longer than the model can read. */
  | "too-long"
  | "refused"
  | "bad-answer"
  | "over-budget"
  | "over-incident-budget";

/** Why a model gave no answer, with what its server said. */
export interface ModelTrouble {
  readonly reason: ModelFailure;
  readonly detail: string;
}

export type ModelReply =
  | {
      readonly type: "answer";
      readonly text: string;
      readonly toolCalls: readonly ToolCall[];
      readonly truncated: boolean;
      readonly inputTokens: number;
      readonly outputTokens: number;
    }
  /** The server does not know this answer format: ask again with a simpler one. */
  | { readonly type: "unsupported-format" }
  /** The server does not know tool calls: they are asked for in the text instead. */
  | { readonly type: "unsupported-tools" }
  | {
      readonly type: "failed";
      readonly reason: ModelFailure;
      readonly detail: string;
      /** What the request has used all the same; absent where nobody knows. */
      readonly used?: { readonly input: number; readonly output: number };
    };

/** A language model behind a chat completion API. Has no credentials of the cluster; what it may look up, code looks up. */
export interface ModelPort {
  readonly name: string;
  readonly price?: { readonly inputUsdPerMillion: number; readonly outputUsdPerMillion: number };
  /** The bytes that `ask` sends for a call: the same call, the same bytes (promise L6). */
  requestOf(call: ModelCall): string;
  /** Tokens that a call may cost at most, by a safe estimate. */
  worstCost(call: ModelCall): number;
  /** Never throws; ends early when the signal aborts. */
  ask(call: ModelCall, signal: AbortSignal): Promise<ModelReply>;
}
