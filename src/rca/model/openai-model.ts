import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from "openai";
import { messageOf } from "../../lib/app-error.ts";
import type { ModelCall, ModelPort, ModelReply } from "./model-port.ts";

export interface OpenAiModelOptions {
  readonly apiKey?: string | undefined;
  /** Any server that speaks chat completions; OpenAI's own when absent. */
  readonly baseUrl?: string | undefined;
  readonly name: string;
  /** For a whole diagnosis, all tries together. */
  readonly deadlineSeconds?: number | undefined;
  readonly price?: ModelPort["price"] | undefined;
  /** Tokens an hour, in and out; then rules take over. Default 500,000. */
  readonly tokensPerHour?: number;
  readonly now?: () => number;
}

const defaultDeadlineSeconds = 10;
const hourMs = 3_600_000;

/** Chat completion parameters. Reasoning models know no temperature; servers of others know only the older token limit. */
export function requestBody(
  name: string,
  ownServer: boolean,
  call: ModelCall,
): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const reasons = /^(gpt-5|o\d)/.test(name);
  const format: OpenAI.ChatCompletionCreateParamsNonStreaming["response_format"] =
    call.format === "json_schema"
      ? { type: "json_schema", json_schema: { name: "diagnosis", strict: true, schema: { ...call.schema } } }
      : call.format === "json_object"
        ? { type: "json_object" }
        : undefined;
  return {
    model: name,
    messages: [
      { role: "system", content: call.system },
      { role: "user", content: call.user },
    ],
    ...(format ? { response_format: format } : {}),
    ...(ownServer
      ? { max_tokens: call.maxOutputTokens }
      : { max_completion_tokens: reasons ? call.maxOutputTokens * 3 : call.maxOutputTokens }),
    ...(reasons ? { reasoning_effort: "low" as const } : { temperature: 0 }),
  };
}

function failure(error: unknown): ModelReply {
  const detail = messageOf(error, 200);
  if (error instanceof APIUserAbortError || error instanceof APIConnectionTimeoutError)
    return { type: "failed", reason: "timeout", detail };
  if (error instanceof APIConnectionError) return { type: "failed", reason: "unreachable", detail };
  if (!(error instanceof APIError)) return { type: "failed", reason: "bad-answer", detail };
  const status = error.status ?? 0;
  if (
    (status === 400 || status === 422) &&
    /response_format|json_schema|json_object|schema|structured/i.test(error.message)
  )
    return { type: "unsupported-format" };
  if (status === 401 || status === 403) return { type: "failed", reason: "bad-key", detail };
  if (status === 429) return { type: "failed", reason: "rate-limited", detail };
  return { type: "failed", reason: status >= 500 ? "server-error" : "bad-answer", detail };
}

/**
 * A model behind OpenAI's chat completions or a server that speaks them. Undefined without a key and without a server of one's
 * own: then there is no model, and diagnoses are by rules.
 */
export function createOpenAiModel(options: OpenAiModelOptions): ModelPort | undefined {
  if (!options.apiKey && !options.baseUrl) return undefined;
  const deadlineMs = (options.deadlineSeconds ?? defaultDeadlineSeconds) * 1_000;
  const now = options.now ?? Date.now;
  const tokensPerHour = options.tokensPerHour ?? 500_000;
  // The package refuses an empty key; servers of one's own often want none.
  const client = new OpenAI({
    apiKey: options.apiKey || "none",
    maxRetries: 0,
    timeout: deadlineMs,
    ...(options.baseUrl ? { baseURL: options.baseUrl } : {}),
  });
  const spent: { at: number; tokens: number }[] = [];
  const ownServer = options.baseUrl !== undefined && !/\bapi\.openai\.com\b/.test(options.baseUrl);

  return {
    name: options.name,
    deadlineMs,
    ...(options.price ? { price: options.price } : {}),
    mayAsk() {
      while (spent[0] && spent[0].at < now() - hourMs) spent.shift();
      return spent.reduce((sum, item) => sum + item.tokens, 0) < tokensPerHour;
    },
    async ask(call, signal) {
      try {
        const reply = await client.chat.completions.create(requestBody(options.name, ownServer, call), { signal });
        const choice = reply.choices?.[0];
        const inputTokens = reply.usage?.prompt_tokens ?? Math.ceil((call.system.length + call.user.length) / 4);
        const outputTokens = reply.usage?.completion_tokens ?? Math.ceil((choice?.message?.content?.length ?? 0) / 4);
        spent.push({ at: now(), tokens: inputTokens + outputTokens });
        if (choice?.message?.refusal)
          return { type: "failed", reason: "refused", detail: messageOf(choice.message.refusal, 200) };
        if (typeof choice?.message?.content !== "string")
          return { type: "failed", reason: "bad-answer", detail: "the reply has no content" };
        return {
          type: "answer",
          text: choice.message.content,
          truncated: choice.finish_reason === "length",
          inputTokens,
          outputTokens,
        };
      } catch (error) {
        return failure(error);
      }
    },
  };
}
