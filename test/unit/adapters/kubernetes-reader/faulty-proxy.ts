import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What goes wrong with a request; `pass` forwards it. */
export type Fault =
  | { readonly kind: "pass" }
  | { readonly kind: "status"; readonly code: number; readonly retryAfter?: string }
  | { readonly kind: "reset" }
  /** Headers, and then never a byte: the far side is gone and nobody said so. */
  | { readonly kind: "half-open" }
  /** Forwards, and puts a line in front. */
  | { readonly kind: "inject"; readonly line: string }
  /** Forwards so many bytes, then the connection is cut. */
  | { readonly kind: "cut"; readonly afterBytes: number };

export interface FaultyProxy {
  readonly url: string;
  /** Decides for each request. */
  faultFor: (url: URL) => Fault;
  /** Cuts all connections that are open. */
  cutAll(): void;
  /** Resets them: the client gets an error in the middle of what it reads. */
  resetAll(): void;
  /** From now on they bring nothing more and stay open. */
  stallAll(): void;
  /** Writes a line into all of them. */
  writeAll(line: string): void;
  readonly requests: URL[];
  close(): Promise<void>;
}

/** Stands between a client and an API server and breaks what it is told to. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const open = new Set<ServerResponse>();
  const stalled = new WeakSet<ServerResponse>();
  const requests: URL[] = [];
  const proxy = { faultFor: (_url: URL): Fault => ({ kind: "pass" }) };

  const handle = (incoming: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(incoming.url ?? "/", target);
    requests.push(url);
    open.add(response);
    response.on("close", () => open.delete(response));
    const fault = proxy.faultFor(url);
    if (fault.kind === "reset") {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (fault.kind === "status") {
      response.writeHead(fault.code, {
        "content-type": "application/json",
        ...(fault.retryAfter ? { "retry-after": fault.retryAfter } : {}),
      });
      response.end(JSON.stringify({ kind: "Status", code: fault.code, message: `injected ${fault.code}` }));
      return;
    }
    if (fault.kind === "half-open") {
      response.writeHead(200, { "content-type": "application/json" });
      response.flushHeaders();
      return;
    }
    const forwarded = request(url, { method: incoming.method ?? "GET", headers: incoming.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      if (fault.kind === "inject") response.write(`${fault.line}\n`);
      let left = fault.kind === "cut" ? fault.afterBytes : Number.POSITIVE_INFINITY;
      answer.on("data", (chunk: Buffer) => {
        if (stalled.has(response)) return;
        response.write(chunk.subarray(0, left));
        left -= chunk.length;
        if (left <= 0) response.destroy();
      });
      answer.on("end", () => {
        if (!stalled.has(response)) response.end();
      });
      answer.on("error", () => response.destroy());
    });
    forwarded.on("error", () => response.destroy());
    response.on("close", () => forwarded.destroy());
    incoming.pipe(forwarded);
  };

  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${port}`,
    requests,
    cutAll: () => {
      for (const response of open) response.destroy();
    },
    resetAll: () => {
      for (const response of open) response.socket?.resetAndDestroy();
    },
    stallAll: () => {
      for (const response of open) stalled.add(response);
    },
    writeAll: (line: string) => {
      // One that has not been answered yet has no body to write into.
      for (const response of open) if (response.headersSent) response.write(`${line}\n`);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
