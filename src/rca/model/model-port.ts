export type AnswerFormat = "json_schema" | "json_object" | "text";

/** One request to a language model, complete and free of anything that changes between two tries. */
export interface ModelCall {
  readonly system: string;
  readonly user: string;
  readonly format: AnswerFormat;
  /** JSON schema of the answer, used with `json_schema`. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly maxOutputTokens: number;
}

export type ModelFailure =
  | "timeout"
  | "unreachable"
  | "server-error"
  | "rate-limited"
  | "bad-key"
  | "refused"
  | "bad-answer"
  | "over-budget";

export type ModelReply =
  | {
      readonly type: "answer";
      readonly text: string;
      readonly truncated: boolean;
      readonly inputTokens: number;
      readonly outputTokens: number;
    }
  /** The server does not know this answer format: ask again with a simpler one. */
  | { readonly type: "unsupported-format" }
  | { readonly type: "failed"; readonly reason: ModelFailure; readonly detail: string };

/** A language model behind a chat completion API. Has no tools and no credentials of the cluster. */
export interface ModelPort {
  readonly name: string;
  /** For the whole diagnosis, all tries together (ms). */
  readonly deadlineMs: number;
  readonly price?: { readonly inputUsdPerMillion: number; readonly outputUsdPerMillion: number };
  /** Asked before each diagnosis; `false` when the hour's budget is spent (promise L5). */
  mayAsk?(): boolean;
  /** Never throws; ends early when the signal aborts. */
  ask(call: ModelCall, signal: AbortSignal): Promise<ModelReply>;
}
