import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface AskedMessage {
  readonly role: string;
  readonly content: string | null;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { name: string; arguments: string } }[];
}

export interface Asked {
  readonly body: string;
  readonly json: {
    readonly messages: readonly AskedMessage[];
    readonly response_format?: { readonly type: string; readonly json_schema?: { readonly name: string } };
    readonly tools?: readonly { readonly function: { readonly name: string; readonly parameters: object } }[];
    readonly tool_choice?: string;
  };
}

export type Behaviour = (asked: Asked, response: ServerResponse, count: number) => void;

export interface FakeOpenAi extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
}

const usage = { prompt_tokens: 1_000, completion_tokens: 200, total_tokens: 1_200 };

function reply(message: object, finish: string, used: object): string {
  return JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_795_000_000,
    model: "fake",
    choices: [{ index: 0, message: { role: "assistant", refusal: null, ...message }, finish_reason: finish }],
    usage: used,
  });
}

/** What OpenAI's server sends for a finished chat completion. */
export function completion(content: string, finish = "stop", used: object = usage): string {
  return reply({ content }, finish, used);
}

/** What OpenAI's server sends when the model asks for look-ups. */
export function toolCalls(
  calls: readonly { name: string; arguments: unknown; id?: string }[],
  used: object = usage,
): string {
  return reply(
    {
      content: null,
      tool_calls: calls.map((call, i) => ({
        id: call.id ?? `call_${i}`,
        type: "function",
        function: {
          name: call.name,
          arguments: typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments),
        },
      })),
    },
    "tool_calls",
    used,
  );
}

export function say(response: ServerResponse, status: number, body: string, type = "application/json"): void {
  response.writeHead(status, { "content-type": type }).end(body);
}

/** Which of its prompts kubemend asks with. */
export function purposeOf({ json }: Asked): "diagnose" | "refute" | "ask" {
  const system = json.messages[0]?.content ?? "";
  if (/find out where they are wrong/.test(system)) return "refute";
  return /asks a question about one incident/.test(system) ? "ask" : "diagnose";
}

/** Everything that was told, as one text. */
export const toldTo = ({ json }: Asked): string => json.messages.map((message) => message.content ?? "").join("\n");

/** Ids of the evidence that was told, in order. */
export function idsTold(asked: Asked): string[] {
  return [...new Set([...toldTo(asked).matchAll(/^\[([ELA]\d+)\]/gm)].map((match) => match[1] ?? ""))];
}

export const stands = { verdict: "stands", objections: [], question: null };

/** A chat completion server on a free port that behaves as told. */
export async function fakeOpenAi(behave: Behaviour): Promise<FakeOpenAi> {
  const asked: Asked[] = [];
  const open = new Set<ServerResponse>();
  const server: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    open.add(response);
    response.on("close", () => open.delete(response));
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      // A client that gave up while it was still sending has asked nothing.
      if (request.destroyed && !request.complete) return;
      if (!body.endsWith("}")) return;
      const entry = { body, json: JSON.parse(body) as Asked["json"] };
      asked.push(entry);
      behave(entry, response, asked.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    async [Symbol.asyncDispose]() {
      for (const response of open) response.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A model of good will on a real server: it answers each of kubemend's prompts as `answers` say. */
export async function willingModel(answers: {
  readonly diagnose: (asked: Asked) => object;
  readonly refute?: (asked: Asked) => object;
  readonly ask?: (asked: Asked) => object;
}): Promise<FakeOpenAi> {
  return await fakeOpenAi((asked, response) => {
    const purpose = purposeOf(asked);
    const answer = purpose === "diagnose" ? answers.diagnose : purpose === "refute" ? answers.refute : answers.ask;
    say(response, 200, completion(JSON.stringify(answer?.(asked) ?? stands)));
  });
}
