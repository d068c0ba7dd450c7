import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyPluginAsync, FastifyReply } from "fastify";

/** What became of a delivery. `accepted` tells nothing more; the others say why not, or when to come again. */
export type IngestAnswer =
  | { readonly outcome: "accepted" }
  | { readonly outcome: "malformed" | "too-large" | "unsupported"; readonly detail: string }
  | { readonly outcome: "full" | "not-ready"; readonly retryAfterSeconds: number };

/** Why a delivery was turned away before anybody read it. */
export type TurnedAway = "token" | "closed" | "too-large" | "broken";

export interface IngestOptions {
  /** When set, deliveries must carry it: as bearer token, or as the password of basic authentication. */
  readonly token?: string;
  /** Without a token: takes nothing. */
  readonly closed?: boolean;
  readonly pushLogs: (request: {
    readonly contentType: string;
    readonly contentEncoding: string;
    readonly body: Uint8Array;
  }) => Promise<IngestAnswer>;
  readonly notifyAlerts: (body: string) => IngestAnswer;
  /** Spans by OTLP; absent where they are not taken. */
  readonly pushTraces?: IngestOptions["pushLogs"];
  /** Told of each delivery that none of the above ever sees. */
  readonly turnedAway?: (why: TurnedAway, path: string) => void;
}

/** Packed, as sent. Agents send about 1 MiB at once. */
const maxPushBytes = 4 * 1024 * 1024;
const maxAlertBytes = 4 * 1024 * 1024;

const statusOf = {
  accepted: 204,
  malformed: 400,
  "too-large": 413,
  unsupported: 415,
  // Agents try again after these, and keep what they have.
  full: 429,
  "not-ready": 503,
} as const satisfies Record<IngestAnswer["outcome"], number>;

/**
 * The webhook of an Alertmanager tries again within the same round after 5xx alone; after 429 it waits for the group's next
 * interval, minutes later (https://github.com/prometheus/alertmanager/blob/main/notify/webhook/webhook.go).
 */
const statusOfAlerts = { ...statusOf, full: 503 } as const;

const closedText =
  "kubemend takes deliveries from nobody here: set ingest.token (KUBEMEND_INGEST_TOKEN) and send it along, or ingest.open\n";

const digest = (text: string) => createHash("sha256").update(text).digest();

function secretIn(authorization: string | undefined): string {
  const [scheme = "", value = ""] = (authorization ?? "").split(" ", 2);
  if (/^bearer$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return "";
  const pair = Buffer.from(value, "base64").toString();
  return pair.slice(pair.indexOf(":") + 1);
}

function send(
  reply: FastifyReply,
  answer: IngestAnswer,
  statuses: Readonly<Record<IngestAnswer["outcome"], number>> = statusOf,
): FastifyReply {
  if ("retryAfterSeconds" in answer) void reply.header("retry-after", String(answer.retryAfterSeconds));
  void reply.code(statuses[answer.outcome]);
  return "detail" in answer ? reply.type("text/plain").send(`${answer.detail}\n`) : reply.send();
}

/**
 * Where agents and Alertmanagers deliver: `POST /loki/api/v1/push` (Promtail, Alloy, Fluent Bit, Vector),
 * `POST /v1/traces` (OpenTelemetry) and `POST /api/v1/alertmanager`. Refuses who does not know the token before reading what they send.
 */
export function ingestRoutes(options: IngestOptions): FastifyPluginAsync {
  const wanted = options.token === undefined ? undefined : digest(options.token);
  return async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    scope.addHook("onRequest", async (request, reply) => {
      if (!wanted) {
        // Pages of strangers reach this machine through the browser of whoever reads them; agents send no such header.
        if (!options.closed && request.headers.origin === undefined) return;
        options.turnedAway?.("closed", request.routeOptions.url ?? "");
        await reply.code(403).type("text/plain").send(closedText);
        return;
      }
      if (timingSafeEqual(digest(secretIn(request.headers.authorization)), wanted)) return;
      options.turnedAway?.("token", request.routeOptions.url ?? "");
      await reply
        .code(401)
        .header("www-authenticate", "Bearer")
        .type("text/plain")
        .send("the token is missing or wrong\n");
    });
    scope.setErrorHandler((error, request, reply) => {
      // Fastify's own: a body that is longer than allowed, or ends too early.
      const status = error instanceof Error ? Number(Reflect.get(error, "statusCode")) : 0;
      const code = status >= 400 && status < 500 ? status : 500;
      options.turnedAway?.(code === 413 ? "too-large" : "broken", request.routeOptions.url ?? "");
      return reply
        .code(code)
        .type("text/plain")
        .send(code === 500 ? "kubemend could not take this\n" : `${(error as Error).message}\n`);
    });
    scope.post("/loki/api/v1/push", { bodyLimit: maxPushBytes }, async (request, reply) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const contentType = request.headers["content-type"] ?? "";
      const contentEncoding = request.headers["content-encoding"] ?? "";
      return send(reply, await options.pushLogs({ contentType, contentEncoding, body }));
    });
    const { pushTraces } = options;
    if (pushTraces)
      scope.post("/v1/traces", { bodyLimit: maxPushBytes }, async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const contentType = request.headers["content-type"] ?? "";
        const contentEncoding = request.headers["content-encoding"] ?? "";
        const answer = await pushTraces({ contentType, contentEncoding, body });
        // https://opentelemetry.io/docs/specs/otlp/#full-success-1: 200 with an empty response message.
        return answer.outcome === "accepted" ? reply.type("application/json").send("{}") : send(reply, answer);
      });
    scope.post("/api/v1/alertmanager", { bodyLimit: maxAlertBytes }, async (request, reply) =>
      send(reply, options.notifyAlerts(Buffer.isBuffer(request.body) ? request.body.toString() : ""), statusOfAlerts),
    );
  };
}
