import type { Redact } from "../../incident/redacted.ts";
import type { ToolBox } from "../investigate/tool-box.ts";
import type { Pseudonyms } from "../redact/pseudonyms.ts";
import { type AnswerShape, readAnswer } from "./answer.ts";
import { askWithinBudget } from "./ask-within-budget.ts";
import type { Conversation, Purpose, RequestRecord } from "./conversation.ts";
import { afterRefusal, answerOnly, firstManner, formatOf, type Refusal } from "./manner-of-asking.ts";
import type { Model } from "./model.ts";
import type { ModelCall, ModelFailure, ModelMessage, ModelReply } from "./model-port.ts";
import { type Prompt, toolProtocol } from "./prompt.ts";
import { protocolCall } from "./protocol-call.ts";

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

const maxOutputTokens = 1_800;
/** Look-ups taken from one reply; a reply that asks for more loses the rest. */
const maxCallsAtOnce = 4;
/** Own words of the model that stay in the conversation when they were no answer. */
const maxEchoChars = 600;

const nothingLeft: Readonly<Record<Refusal, string>> = {
  "unsupported-tools": "the server refuses tools that were not sent",
  "unsupported-format": "the server accepts no answer format",
};

/**
 * One conversation with a model until it has answered: look-ups as tool calls, or as JSON in the text where the server knows no
 * tools; the strictest answer format that the server knows; one repair of an answer that does not fit. Everything inside one
 * deadline and the token budget. Never throws.
 */
export async function converse<T>(input: ConverseInput<T>): Promise<ConverseOutcome<T>> {
  const { model, prompt, shape, tools, signal, pseudonyms, redact } = input;
  const requests: RequestRecord[] = [];
  const messages: ModelMessage[] = [
    { role: "system", text: prompt.text },
    { role: "user", text: pseudonyms.hide(input.user) },
  ];
  let manner = firstManner(tools !== undefined && tools.callsLeft > 0);
  let repaired = false;

  const conversation = (): Conversation => ({
    purpose: input.purpose,
    model: model.port.name,
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
  const lookUp = async (call: Parameters<ToolBox["run"]>[0]) => pseudonyms.hide((await tools?.run(call)) ?? "");
  /** Looks up what a reply asks for; false when it asks for nothing. */
  const lookedUp = async (reply: Extract<ModelReply, { type: "answer" }>): Promise<boolean> => {
    const wish = manner.lookUps === "in-text" ? protocolCall(reply.text) : undefined;
    if (wish) {
      messages.push({ role: "assistant", text: clean(JSON.stringify(wish)), toolCalls: [] });
      messages.push({ role: "user", text: await lookUp(wish) });
    } else if (manner.lookUps === "as-tool-calls" && reply.toolCalls.length > 0) {
      const calls = reply.toolCalls
        .slice(0, maxCallsAtOnce)
        .map((call) => ({ ...call, arguments: clean(call.arguments) }));
      messages.push({ role: "assistant", text: "", toolCalls: calls });
      for (const call of calls) messages.push({ role: "tool", callId: call.id, text: await lookUp(call) });
    } else return false;
    if ((tools?.callsLeft ?? 0) === 0) manner = answerOnly(manner);
    return true;
  };

  // Every turn uses up a look-up, a format, the tools or the repair, so there is an end; the bound is for what nobody thought of.
  for (let turn = 0; turn < 64; turn++) {
    if (signal.aborted) return failed("timeout", "no answer in time");
    const call: ModelCall = {
      messages: [...messages],
      tools: manner.sendsTools ? (tools?.specs ?? []) : [],
      mayCallTools: manner.lookUps === "as-tool-calls",
      format: formatOf(manner),
      schemaName: shape.name,
      schema: shape.jsonSchema,
      maxOutputTokens,
    };
    const { reply, record } = await askWithinBudget(model, input.incidentId, call, signal);
    if (record) requests.push(record);
    if (reply.type === "failed") return failed(reply.reason, reply.detail);
    if (reply.type !== "answer") {
      const narrower = afterRefusal(manner, reply.type, messages.length > 2);
      if (!narrower) return failed("bad-answer", nothingLeft[reply.type]);
      manner = narrower;
      if (manner.lookUps === "in-text")
        messages[0] = { role: "system", text: `${prompt.text}\n${toolProtocol(tools?.specs ?? [])}` };
      continue;
    }
    if (await lookedUp(reply)) continue;
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
    manner = answerOnly(manner);
  }
  return failed("bad-answer", "too many turns");
}
