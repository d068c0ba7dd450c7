import type { ModelPort } from "./model-port.ts";
import { createOpenAiModel } from "./openai-model.ts";
import { createTokenBudget, type Spending, type TokenBudget } from "./token-budget.ts";

/** What one diagnosis or one question may take. */
export interface ModelLimits {
  /** For everything a diagnosis asks the model, both readings and all look-ups together (ms). */
  readonly deadlineMs: number;
  /** Look-ups in one diagnosis, both readings together; in one question. 0: none. */
  readonly toolCalls: number;
  /** Tokens of the case as it is first told. */
  readonly inputTokens: number;
}

/** A model with what it may cost. */
export interface Model {
  readonly port: ModelPort;
  readonly limits: ModelLimits;
  readonly budget: TokenBudget;
}

const defaultLimits: ModelLimits = { deadlineMs: 60_000, toolCalls: 8, inputTokens: 8_000 };
const defaultTokensPerHour = 500_000;
/** About three full diagnoses with all their look-ups and some questions. */
const defaultTokensPerIncident = 250_000;

export interface ModelOptions {
  readonly apiKey?: string | undefined;
  /** Any server that speaks chat completions; OpenAI's own when absent. */
  readonly baseUrl?: string | undefined;
  readonly name: string;
  readonly deadlineSeconds?: number | undefined;
  readonly toolCalls?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly tokensPerHour?: number | undefined;
  readonly tokensPerIncident?: number | undefined;
  readonly price?: ModelPort["price"] | undefined;
  readonly now?: () => number;
  /** What was spent in the last hour, before this process started. */
  readonly spent?: readonly Spending[];
}

/** The configured model. Undefined without a key and without a server of one's own: then diagnoses are by rules. */
export function createModel(options: ModelOptions): Model | undefined {
  const port = createOpenAiModel(options);
  if (!port) return undefined;
  const { deadlineSeconds, toolCalls, inputTokens } = options;
  return {
    port,
    limits: {
      deadlineMs: deadlineSeconds === undefined ? defaultLimits.deadlineMs : deadlineSeconds * 1_000,
      toolCalls: toolCalls ?? defaultLimits.toolCalls,
      inputTokens: inputTokens ?? defaultLimits.inputTokens,
    },
    budget: createTokenBudget({
      perHour: options.tokensPerHour ?? defaultTokensPerHour,
      perIncident: options.tokensPerIncident ?? defaultTokensPerIncident,
      now: options.now ?? Date.now,
      ...(options.spent ? { spent: options.spent } : {}),
    }),
  };
}
