import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from "openai";
import { messageOf } from "../../lib/app-error.ts";
import { errorCode } from "../../lib/error-code.ts";
import type { ToolCall } from "../investigate/tool-call.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import type { ModelCall, ModelMessage, ModelPort, ModelReply } from "./model-port.ts";
import { refusedReply, unread } from "./refused-reply.ts";

export interface OpenAiModelOptions {
  readonly apiKey?: string | undefined;
  /** Any server that speaks chat completions; OpenAI's own when absent. */
  readonly baseUrl?: string | undefined;
  readonly name: string;
  readonly price?: ModelPort["price"] | undefined;
}

/** One request; the conversation has a deadline of its own, which is shorter. */
const requestTimeoutMs = 300_000;
/** Longer ones come from a server that does not keep to `max_tokens`; nothing of them could be used. */
const maxReplyChars = 200_000;
/** Of a whole answer, unpacked: what such a reply may take with everything around it. */
const maxReplyBytes = 4 * 1024 * 1024;
const maxToolCalls = 16;
/** Thinking counts as output, and is not shown. */
const thinking = 3;

/** Passes on the first bytes of an answer, and breaks off where it goes on for ever. */
const bounded: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  let bytes = 0;
  const body = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length;
        if (bytes > maxReplyBytes) controller.error(new Error(`the answer has more than ${maxReplyBytes} bytes`));
        else controller.enqueue(chunk);
      },
    }),
  );
  return new Response(body ?? null, response);
};

const reasons = (name: string) => /^(gpt-5|o\d)/.test(name);

function messageParam(message: ModelMessage): OpenAI.ChatCompletionMessageParam {
  if (message.role === "tool") return { role: "tool", tool_call_id: message.callId, content: message.text };
  if (message.role !== "assistant") return { role: message.role, content: message.text };
  const { text, toolCalls } = message;
  return {
    role: "assistant",
    content: text === "" ? null : text,
    ...(toolCalls.length > 0
      ? {
          tool_calls: toolCalls.map((call) => ({
            id: call.id,
            type: "function" as const,
            function: { name: call.name, arguments: call.arguments },
          })),
        }
      : {}),
  };
}

/** Chat completion parameters. Reasoning models know no temperature; servers of others know only the older token limit. */
function requestBody(name: string, ownServer: boolean, call: ModelCall): OpenAI.ChatCompletionCreateParamsNonStreaming {
  const format: OpenAI.ChatCompletionCreateParamsNonStreaming["response_format"] =
    call.format === "json_schema"
      ? { type: "json_schema", json_schema: { name: call.schemaName, strict: true, schema: { ...call.schema } } }
      : call.format === "json_object"
        ? { type: "json_object" }
        : undefined;
  return {
    model: name,
    messages: call.messages.map(messageParam),
    ...(call.tools.length > 0
      ? {
          tools: call.tools.map(({ name: tool, description, parameters }) => ({
            type: "function" as const,
            function: { name: tool, description, strict: true, parameters: { ...parameters } },
          })),
          tool_choice: call.mayCallTools ? ("auto" as const) : ("none" as const),
        }
      : {}),
    ...(format ? { response_format: format } : {}),
    ...(ownServer
      ? { max_tokens: call.maxOutputTokens }
      : { max_completion_tokens: reasons(name) ? call.maxOutputTokens * thinking : call.maxOutputTokens }),
    ...(reasons(name) ? { reasoning_effort: "low" as const } : { temperature: 0 }),
  };
}

const neverConnected = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

/** Whether a connection did not even come about. */
function neverSent(error: unknown): boolean {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 5; inner = inner.cause, depth++)
    if (neverConnected.test(errorCode(inner) ?? "")) return true;
  return false;
}

function failure(error: unknown, call: ModelCall): ModelReply {
  const detail = messageOf(error, 200);
  if (error instanceof APIUserAbortError || error instanceof APIConnectionTimeoutError)
    return { type: "failed", reason: "timeout", detail };
  if (error instanceof APIConnectionError)
    return { type: "failed", reason: "unreachable", detail, ...(neverSent(error) ? { used: unread } : {}) };
  if (!(error instanceof APIError)) return { type: "failed", reason: "bad-answer", detail };
  return refusedReply(error, call, detail);
}

/** What servers say they used is taken only where it can be true: a budget must not depend on their honesty. */
function believable(told: unknown, chars: number): number {
  const least = Math.ceil(chars / 8);
  if (typeof told !== "number" || !Number.isFinite(told)) return Math.ceil(chars / 4);
  return Math.min(Math.max(Math.ceil(told), least), 10_000_000);
}

const toldChars = ({ messages }: ModelCall) => messages.reduce((sum, message) => sum + message.text.length, 0);

function toolCallsOf(message: OpenAI.ChatCompletionMessage): readonly ToolCall[] {
  const calls: unknown = message.tool_calls;
  if (!Array.isArray(calls)) return [];
  return (message.tool_calls ?? []).slice(0, maxToolCalls).flatMap((call, i) =>
    call?.type === "function" && typeof call.function?.name === "string"
      ? [
          {
            id: String(call.id || `call-${i}`).slice(0, 100),
            name: call.function.name.slice(0, 100),
            arguments: String(call.function.arguments ?? "").slice(0, 4_000),
          },
        ]
      : [],
  );
}

/** A model behind OpenAI's chat completions or a server that speaks them. Undefined without a key and without an address. */
export function createOpenAiModel(options: OpenAiModelOptions): ModelPort | undefined {
  const { name, baseUrl } = options;
  if (!options.apiKey && !baseUrl) return undefined;
  // The package refuses an empty key; servers of one's own often want none.
  const client = new OpenAI({
    apiKey: options.apiKey || "none",
    maxRetries: 0,
    timeout: requestTimeoutMs,
    fetch: bounded,
    ...(baseUrl ? { baseURL: baseUrl } : {}),
  });
  const ownServer = baseUrl !== undefined && !/\bapi\.openai\.com\b/.test(baseUrl);
  const requestOf = (call: ModelCall) => JSON.stringify(requestBody(name, ownServer, call));

  /** A connection that was kept open may have been closed meanwhile; a second one tells whether the server is there. */
  const complete = async (call: ModelCall, signal: AbortSignal) => {
    const ask = () => client.chat.completions.create(requestBody(name, ownServer, call), { signal });
    try {
      return await ask();
    } catch (error) {
      const lost =
        error instanceof APIConnectionError &&
        !(error instanceof APIConnectionTimeoutError) &&
        !(error instanceof APIUserAbortError);
      if (!lost || signal.aborted) throw error;
      return await ask();
    }
  };

  return {
    name,
    ...(options.price ? { price: options.price } : {}),
    requestOf,
    worstCost: (call) =>
      estimateTokens(requestOf(call)) + call.maxOutputTokens * (!ownServer && reasons(name) ? thinking : 1),
    async ask(call, signal) {
      try {
        const reply = await complete(call, signal);
        const choice = reply.choices?.[0];
        const message = choice?.message;
        const toolCalls = message ? toolCallsOf(message) : [];
        const said = typeof message?.content === "string" ? message.content : "";
        const usage = {
          inputTokens: believable(reply.usage?.prompt_tokens, toldChars(call)),
          outputTokens: believable(
            reply.usage?.completion_tokens,
            said.length + toolCalls.reduce((sum, item) => sum + item.arguments.length, 0),
          ),
        };
        const used = { input: usage.inputTokens, output: usage.outputTokens };
        if (message?.refusal)
          return { type: "failed", reason: "refused", detail: messageOf(message.refusal, 200), used };
        if (typeof message?.content !== "string" && toolCalls.length === 0)
          return { type: "failed", reason: "bad-answer", detail: "the reply has no content", used };
        if (said.length > maxReplyChars)
          return { type: "failed", reason: "bad-answer", detail: `the reply has ${said.length} characters`, used };
        return { type: "answer", text: said, toolCalls, truncated: choice?.finish_reason === "length", ...usage };
      } catch (error) {
        return failure(error, call);
      }
    },
  };
}
