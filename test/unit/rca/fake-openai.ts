import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly body: string;
  readonly json: {
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly response_format?: { readonly type: string };
  };
}

export type Behaviour = (asked: Asked, response: ServerResponse, count: number) => void;

export interface FakeOpenAi extends AsyncDisposable {
  readonly url: string;
  readonly asked: readonly Asked[];
}

/** What OpenAI's server sends for a finished chat completion. */
export function completion(content: string, finish = "stop"): string {
  return JSON.stringify({
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_795_000_000,
    model: "fake",
    choices: [{ index: 0, message: { role: "assistant", content, refusal: null }, finish_reason: finish }],
    usage: { prompt_tokens: 1_000, completion_tokens: 200, total_tokens: 1_200 },
  });
}

export function say(response: ServerResponse, status: number, body: string, type = "application/json"): void {
  response.writeHead(status, { "content-type": type }).end(body);
}

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
