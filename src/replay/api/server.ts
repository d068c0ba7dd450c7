import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AdmissionRequest, Api, Refusal } from "./call.ts";
import { discovery, versionInfo } from "./discovery.ts";
import { handle } from "./handlers.ts";
import { type Authenticate, type Authorize, attributesOf, clusterAdmin, denial, impersonated } from "./identity.ts";
import type { ObjectTable } from "./object-table.ts";
import type { LogPort, ProxyPort } from "./ports.ts";
import { negotiate, send, sendObject } from "./respond.ts";
import { parseRoute, type Route } from "./router.ts";
import { failure, methodNotAllowed, noSuchPath, StatusFailure } from "./status-errors.ts";

export interface ApiServerOptions {
  readonly table: ObjectTable;
  readonly logs?: LogPort;
  readonly proxy?: ProxyPort;
  /** Default: everybody is a cluster admin. */
  readonly authenticate?: Authenticate;
  /** Default: everything is allowed. */
  readonly authorize?: Authorize;
  /** Refuses writes, dry runs too, as an admission policy would. */
  readonly admit?: (request: AdmissionRequest) => Refusal | undefined;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Default 60 s, as the real server. */
  readonly bookmarkIntervalMs?: number;
  /** Default 3 s, as the real server. */
  readonly futureVersionWaitMs?: number;
}

export interface ApiServer {
  /** `http://127.0.0.1:<port>`; a client needs `skipTLSVerify: true` in its cluster entry. */
  readonly url: string;
  /** Ends open watches and log streams at once and frees the port. */
  readonly close: () => Promise<void>;
}

const bodyLimitBytes = 3_145_728;

/** Serves a table as a Kubernetes API over HTTP. Resolves when it accepts connections. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const api: Api = {
    table: options.table,
    authorize: options.authorize ?? (() => ({ allowed: true })),
    admit: options.admit ?? (() => undefined),
    logs: options.logs,
    proxy: options.proxy,
    bookmarkIntervalMs: options.bookmarkIntervalMs ?? 60_000,
    futureVersionWaitMs: options.futureVersionWaitMs ?? 3_000,
  };
  const authenticate = options.authenticate ?? (() => clusterAdmin);
  const streams = new Set<() => void>();
  const server = createServer((request, response) => {
    answer(api, authenticate, request, response, streams).catch((error: unknown) => refuse(response, error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1", resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(":") ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const end of streams) end();
        server.closeAllConnections();
      }),
  };
}

async function answer(
  api: Api,
  authenticate: Authenticate,
  request: IncomingMessage,
  response: ServerResponse,
  streams: Set<() => void>,
): Promise<void> {
  const target = request.url ?? "/";
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1));
  const method = request.method ?? "GET";
  const caller = authenticate(request.headers.authorization);
  if (caller === "unauthorized") throw failure(401, "Unauthorized", "Unauthorized");
  const route = parseRoute(method, path, query);
  if (route === "no-path") {
    plainNotFound(response);
    return;
  }
  const attributes = attributesOf(route, query);
  const identity = impersonated(caller, request.headers, attributes, api.authorize);
  if (!api.authorize(identity, attributes).allowed) throw denial(identity, attributes);
  if (route.kind === "non-resource") {
    nonResource(route, response, query);
    return;
  }
  const body = await readBody(request);
  const warnings: string[] = [];
  const reply = await handle(api, { route, identity, query, headers: request.headers, body, warnings });
  if (reply === "no-group") {
    plainNotFound(response);
    return;
  }
  if (reply.kind === "object") negotiate(request.headers.accept);
  send(response, request.headers, reply, warnings, (end) => {
    streams.add(end);
    response.once("close", () => streams.delete(end));
  });
}

function nonResource(route: Route & { kind: "non-resource" }, response: ServerResponse, query: URLSearchParams): void {
  const path = route.path === "/" ? "/" : route.path.replace(/\/$/, "");
  const health = /^\/(healthz|livez|readyz)$/.exec(path)?.[1];
  const found = path === "/version" ? versionInfo : discovery(path);
  if (found === undefined && health === undefined) {
    if (path.startsWith("/api/") && path !== "/api/v1") throw noSuchPath();
    plainNotFound(response);
    return;
  }
  if (route.verb !== "get" && route.verb !== "head") throw methodNotAllowed();
  if (found !== undefined) {
    sendObject(response, 200, found);
    return;
  }
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.end(query.has("verbose") ? `[+]ping ok\n[+]log ok\n${health} check passed\n` : "ok");
}

function plainNotFound(response: ServerResponse): void {
  response.statusCode = 404;
  response.setHeader("content-type", "text/plain; charset=utf-8");
  response.end("404 page not found\n");
}

/** @throws 413 above 3 MiB */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    // The rest is read and dropped, so that the client gets the answer instead of a reset.
    if (size <= bodyLimitBytes) chunks.push(bytes);
  }
  if (size > bodyLimitBytes)
    throw failure(413, "RequestEntityTooLarge", `Request entity too large: limit is ${bodyLimitBytes}`);
  return Buffer.concat(chunks);
}

/** A fault of the emulator itself must show as one: 500 with its message, never silence. */
function refuse(response: ServerResponse, error: unknown): void {
  const known =
    error instanceof StatusFailure
      ? error
      : failure(
          500,
          "InternalError",
          `Internal error occurred: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const [name, value] of Object.entries(known.headers)) response.setHeader(name, value);
  sendObject(response, known.code, known.body);
}
