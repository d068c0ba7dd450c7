import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { askedOnce } from "../../lib/asked-once.ts";
import { errorCode } from "../../lib/error-code.ts";
import type { Logger } from "../../lib/logger.ts";
import { slackPath } from "../slack/slack-path.ts";
import { type IngestOptions, ingestRoutes } from "./ingest.ts";
import type { PagesOptions } from "./page-kit.ts";
import { pageRoutes } from "./pages.ts";

export interface WebOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly slackListener?: RequestListener | undefined;
  /** Deliveries of logs and alerts; without it there is no such path. */
  readonly ingest?: IngestOptions;
  /** What people see in a browser; without it there are no pages. */
  readonly pages?: PagesOptions;
  /** What makes us ready, and what is told beside it (`counts: false`). */
  readonly readiness: () => Promise<
    readonly { readonly name: string; readonly ok: boolean; readonly counts: boolean; readonly detail: string }[]
  >;
  readonly metrics: () => Promise<{ contentType: string; body: string }>;
  readonly log: Logger;
  /** Within this time a request must have arrived whole (ms). */
  readonly requestTimeoutMs?: number;
}

/** Slack and agents send what they have at once; who drips a byte now and then holds a connection for nothing. */
const requestTimeoutMs = 30_000;
/** Sockets at a time: agents keep one each, people some; more wait in the system's queue. */
const maxConnections = 2_000;

/** `url` is how this machine reaches it; `close` cuts the connections that are open, whatever is under way on them. */
export interface WebServer extends AsyncDisposable {
  readonly url: string;
  close(): Promise<void>;
}

/** How this machine reaches what listens at a host: `::1` becomes `[::1]`. */
function addressOf(host: string): string {
  const near = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return near.includes(":") ? `[${near}]` : near;
}

/** One port for pages, Slack's requests, deliveries, health and metrics. */
export async function startWeb(options: WebOptions): Promise<WebServer> {
  const requestTimeout = options.requestTimeoutMs ?? requestTimeoutMs;
  const server = Fastify({
    logger: false,
    bodyLimit: 1_048_576,
    forceCloseConnections: true,
    requestTimeout,
    // How often Node looks for connections that have had their time; by default every 30 s.
    http: { connectionsCheckingInterval: requestTimeout / 6, headersTimeout: requestTimeout },
  });
  server.server.maxConnections = maxConnections;
  // Asked by anybody who reaches the port, and answered by the database: a flood of them would take its connections from everybody else.
  const readiness = askedOnce(options.readiness);
  const metrics = askedOnce(options.metrics);
  server.get("/healthz", async () => "ok\n");
  server.get("/readyz", async (request, reply) => {
    const checks = await readiness();
    const why = checks.find(({ ok, counts }) => counts && !ok)?.detail;
    void reply.code(why ? 503 : 200).type("text/plain");
    const { verbose } = request.query as { verbose?: unknown };
    if (verbose === undefined) return reply.send(why ? `${why}\n` : "ok\n");
    // As Kubernetes' own servers write it: https://kubernetes.io/docs/reference/using-api/health-checks/
    const lines = checks.map(
      ({ name, ok, counts, detail }) =>
        `[${ok ? "+" : "-"}]${name} ${ok ? "ok" : "failed"}: ${detail}${counts || ok ? "" : " (does not count)"}`,
    );
    return reply.send(`${lines.join("\n")}\nreadyz check ${why ? "failed" : "passed"}\n`);
  });
  server.get("/metrics", async (_request, reply) => {
    const { contentType, body } = await metrics();
    return reply.type(contentType).send(body);
  });
  if (options.pages) await server.register(pageRoutes(options.pages));
  if (options.ingest) await server.register(ingestRoutes(options.ingest));
  const { slackListener } = options;
  if (slackListener) {
    await server.register(async (scope) => {
      // Bolt reads the body itself, as bytes, because the signature is over the bytes.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
      scope.post(slackPath, (request, reply) => {
        reply.hijack();
        slackListener(request.raw, reply.raw);
      });
    });
  }
  try {
    await server.listen({ host: options.host, port: options.port });
  } catch (cause) {
    throw new AppError(
      "port-taken",
      `kubemend cannot listen on ${options.host}:${options.port}: ${messageOf(cause)}.`,
      {
        remedy:
          errorCode(cause) === "EADDRINUSE"
            ? "Stop what uses the port, or set web.port (0 takes any free one)."
            : "Set web.host to an address of this machine (0.0.0.0 for all), and web.port to one that this user may take.",
        exitCode: 2,
        cause,
      },
    );
  }
  const { port } = server.server.address() as AddressInfo;
  const close = () => server.close();
  return {
    url: `http://${addressOf(options.host)}:${port}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}
