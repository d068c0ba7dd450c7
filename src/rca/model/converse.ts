import { createHash } from "node:crypto";
import type { Redact } from "../../incident/redacted.ts";
import type { ToolBox } from "../investigate/tool-box.ts";
import type { ToolCall } from "../investigate/tool-call.ts";
import type { Pseudonyms } from "../redact/pseudonyms.ts";
import { type AnswerShape, extractJson, readAnswer } from "./answer.ts";
import type { Conversation, Purpose, RequestRecord } from "./conversation.ts";
import type { Model } from "./model.ts";
import type { AnswerFormat, ModelCall, ModelFailure, ModelMessage, ModelReply } from "./model-port.ts";
import { type Prompt, toolProtocol } from "./prompt.ts";

export interface ConverseInput<T> {
  readonly model: Model;
  readonly purpose: Purpose;
  readonly incidentId: string;
  readonly prompt: Prompt;
  /** The case as data. */
  readonly user: string;
  readonly shape: AnswerShape<T>;
  /** Shared by the readings of one diagnosis, as its look-ups are counted together. */
  readonly tools?: ToolBox | undefined;
  /** Ends every wait. */
  readonly signal: AbortSignal;
  readonly redact: Redact;
  readonly pseudonyms: Pseudonyms;
}

export type ConverseOutcome<T> =
  | { readonly type: "answered"; readonly answer: T; readonly conversation: Conversation }
  | {
      readonly type: "failed";
      readonly reason: ModelFailure;
      readonly detail: string;
      readonly conversation: Conversation;
    };

const simpler: Readonly<Record<AnswerFormat, AnswerFormat | undefined>> = {
  json_schema: "json_object",
  json_object: "text",
  text: undefined,
};
const maxOutputTokens = 1_800;
/** Look-ups taken from one reply; a reply that asks for more loses the rest. */
const maxCallsAtOnce = 4;
/** Own words of the model that stay in the conversation when they were no answer. */
const maxEchoChars = 600;

/** Resolves with a timeout even when what is waited for ignores the signal. */
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

/** What a request has used as far as it is known; a format or tools that a server does not know it refuses unread. */
function usedBy(reply: ModelReply): { readonly input: number; readonly output: number } | undefined {
  if (reply.type === "answer") return { input: reply.inputTokens, output: reply.outputTokens };
  return reply.type === "failed" ? reply.used : { input: 0, output: 0 };
}

/** `{"tool": …, "arguments": {…}}`: how a model without tool calls asks for a look-up. */
function protocolCall(text: string): Pick<ToolCall, "name" | "arguments"> | undefined {
  const json = extractJson(text);
  if (json === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null || !("tool" in value) || typeof value.tool !== "string")
      return undefined;
    return { name: value.tool, arguments: JSON.stringify("arguments" in value ? value.arguments : {}).slice(0, 4_000) };
  } catch {
    // No JSON is no request for a look-up; whether it is an answer is judged elsewhere.
    return undefined;
  }
}

/**
 * One conversation with a model until it has answered: look-ups as tool calls, or as JSON in the text where the server knows no
 * tools; the strictest answer format that the server knows; one repair of an answer that does not fit. Everything inside one
 * deadline and the token budget. Never throws.
 */
export async function converse<T>(input: ConverseInput<T>): Promise<ConverseOutcome<T>> {
  const { model, prompt, shape, tools, signal, pseudonyms, redact } = input;
  const { port, budget } = model;
  const requests: RequestRecord[] = [];
  const messages: ModelMessage[] = [
    { role: "system", text: prompt.text },
    { role: "user", text: pseudonyms.hide(input.user) },
  ];
  let mode: "native" | "protocol" | "none" = tools && tools.callsLeft > 0 ? "native" : "none";
  let offered = mode === "native";
  let format: AnswerFormat = mode === "none" ? "json_schema" : "text";
  let strictest: AnswerFormat = "json_schema";
  let repaired = false;

  const conversation = (): Conversation => ({
    purpose: input.purpose,
    model: port.name,
    prompt: { version: prompt.version, hash: prompt.hash },
    schemaName: shape.name,
    maxOutputTokens,
    messages: [...messages],
    requests: [...requests],
    tokens: {
      input: requests.reduce((sum, one) => sum + one.inputTokens, 0),
      output: requests.reduce((sum, one) => sum + one.outputTokens, 0),
    },
  });
  const failed = (reason: ModelFailure, detail: string): ConverseOutcome<T> => ({
    type: "failed",
    reason,
    detail,
    conversation: conversation(),
  });
  /** What the model sends is kept and sent back to it: it goes the way of everything that leaves. */
  const clean = (text: string) => pseudonyms.hide(redact(text));
  const mustAnswer = () => {
    mode = "none";
    format = strictest;
  };
  const lookUps = async (calls: readonly ToolCall[]) => {
    const some = calls.slice(0, maxCallsAtOnce).map((call) => ({ ...call, arguments: clean(call.arguments) }));
    messages.push({ role: "assistant", text: "", toolCalls: some });
    for (const call of some)
      messages.push({ role: "tool", callId: call.id, text: pseudonyms.hide((await tools?.run(call)) ?? "") });
    if ((tools?.callsLeft ?? 0) === 0) mustAnswer();
  };

  // Every turn uses up a look-up, a format, the tools or the repair, so there is an end; the bound is for what nobody thought of.
  for (let turn = 0; turn < 64; turn++) {
    if (signal.aborted) return failed("timeout", "no answer in time");
    const call: ModelCall = {
      messages: [...messages],
      tools: offered ? (tools?.specs ?? []) : [],
      mayCallTools: mode === "native",
      format,
      schemaName: shape.name,
      schema: shape.jsonSchema,
      maxOutputTokens,
    };
    const worst = port.worstCost(call);
    const reservation = budget.reserve(input.incidentId, worst);
    if (reservation.type === "refused")
      return reservation.by === "hour"
        ? failed("over-budget", "the budget of this hour is spent")
        : failed("over-incident-budget", "the budget of this incident is spent");
    const reply = await withDeadline(port.ask(call, signal), signal);
    const told = usedBy(reply);
    // Whether a server that failed has charged for the question nobody knows: it counts.
    const used = told ?? { input: Math.ceil(port.requestOf(call).length / 4), output: 0 };
    // Whom nobody waited for any more may have answered at length: for the caps it has.
    const isLost = !told && reply.type === "failed" && (reply.reason === "timeout" || reply.reason === "unreachable");
    reservation.settle(isLost ? worst : used.input + used.output);
    requests.push({
      messages: call.messages.length,
      format,
      tools: !offered ? "none" : call.mayCallTools ? "offered" : "closed",
      sha256: createHash("sha256").update(port.requestOf(call)).digest("hex"),
      inputTokens: used.input,
      outputTokens: used.output,
      outcome:
        reply.type === "failed"
          ? reply.reason
          : reply.type === "answer" && reply.toolCalls.length > 0
            ? "tool-calls"
            : reply.type,
    });
    if (reply.type === "failed") return failed(reply.reason, reply.detail);
    if (reply.type === "unsupported-tools") {
      if (!offered) return failed("bad-answer", "the server refuses tools that were not sent");
      offered = false;
      if (mode === "native" && messages.length === 2) {
        mode = "protocol";
        messages[0] = { role: "system", text: `${prompt.text}\n${toolProtocol(tools?.specs ?? [])}` };
      } else mustAnswer();
      continue;
    }
    if (reply.type === "unsupported-format") {
      const next: AnswerFormat | undefined = simpler[format];
      if (!next) return failed("bad-answer", "the server accepts no answer format");
      format = next;
      strictest = next;
      continue;
    }
    if (reply.toolCalls.length > 0 && mode === "native") {
      await lookUps(reply.toolCalls);
      continue;
    }
    const wish = mode === "protocol" ? protocolCall(reply.text) : undefined;
    if (wish) {
      messages.push({ role: "assistant", text: clean(JSON.stringify(wish)), toolCalls: [] });
      messages.push({ role: "user", text: pseudonyms.hide((await tools?.run(wish)) ?? "") });
      if ((tools?.callsLeft ?? 0) === 0) mustAnswer();
      continue;
    }
    const parsed = readAnswer(reply.text, shape, pseudonyms.restore);
    if (parsed.ok) {
      messages.push({ role: "assistant", text: clean(reply.text), toolCalls: [] });
      return { type: "answered", answer: parsed.answer, conversation: conversation() };
    }
    if (repaired) return failed("bad-answer", parsed.problem);
    repaired = true;
    messages.push({ role: "assistant", text: clean(reply.text.slice(0, maxEchoChars)) || "(nothing)", toolCalls: [] });
    messages.push({
      role: "user",
      text: `Your last answer could not be used (${reply.truncated ? "it was cut off; be shorter" : clean(parsed.problem)}). Answer again with the JSON object only.`,
    });
    mustAnswer();
  }
  return failed("bad-answer", "too many turns");
}
