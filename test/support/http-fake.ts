import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  /** Of the address, or of the form in the body. */
  readonly params: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpFake extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly FakeRequest[];
}

export type FakeAnswer =
  | { readonly status?: number; readonly type?: string; readonly body?: string | object }
  | "hang"
  | "drop";

/** A real HTTP server on a free port whose answers are made by a function. */
export async function httpFake(answer: (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>): Promise<HttpFake> {
  const requests: FakeRequest[] = [];
  const reply = (response: ServerResponse, made: FakeAnswer) => {
    if (made === "hang") return;
    if (made === "drop") return void response.socket?.destroy();
    const { status = 200, body = "" } = made;
    response.writeHead(status, { "content-type": made.type ?? "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const url = new URL(incoming.url ?? "/", "http://fake");
      const body = Buffer.concat(chunks).toString();
      const params = incoming.method === "POST" ? new URLSearchParams(body) : url.searchParams;
      const request = { method: incoming.method ?? "", path: url.pathname, params, headers: incoming.headers, body };
      requests.push(request);
      void Promise.resolve(answer(request)).then((made) => reply(response, made));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
