import type { Refusal } from "./manner-of-asking.ts";
import type { ModelCall, ModelFailure, ModelReply } from "./model-port.ts";

/** Nobody has read the question: it costs nothing. */
export const unread = { input: 0, output: 0 } as const;

/** As OpenAI, vLLM and llama.cpp say it; it names messages, functions and tools too, which are not what is wrong. */
const tooLong = /context[ _](?:length|size|window)|prompt is too long/i;
/** Statuses with which a server says that it does not know a part of the request. */
const unknownPart: ReadonlySet<number> = new Set([400, 404, 422, 501]);
/** Statuses with which a server turns a request away before it reads the question. */
const turnedAway: Readonly<Partial<Record<number, ModelFailure>>> = {
  401: "bad-key",
  403: "bad-key",
  404: "no-model",
  413: "too-long",
  429: "rate-limited",
};

/** What a server answered instead of a reply. */
interface ErrorAnswer {
  readonly status?: number | undefined;
  readonly code?: string | null | undefined;
  readonly message: string;
}

/** What a server's error says about a call: which part of it the server does not know, or why there is no answer. */
export function refusedReply({ status = 0, code, message }: ErrorAnswer, call: ModelCall, detail: string): ModelReply {
  if (status === 400 && tooLong.test(`${code ?? ""} ${message}`))
    return { type: "failed", reason: "too-long", detail, used: unread };
  const refused = unknownPart.has(status) ? refusalIn(message, call) : undefined;
  if (refused) return { type: refused };
  const reason = turnedAway[status];
  if (reason) return { type: "failed", reason, detail, used: unread };
  return { type: "failed", reason: status >= 500 ? "server-error" : "bad-answer", detail };
}

/** Which part of a call the words of a refusal are about; only what was sent can be meant. */
function refusalIn(message: string, call: ModelCall): Refusal | undefined {
  if (call.format !== "text" && /response_format|json_schema|json_object|schema|structured/i.test(message))
    return "unsupported-format";
  return call.tools.length > 0 && /\btools?\b|tool[_-]|function/i.test(message) ? "unsupported-tools" : undefined;
}
