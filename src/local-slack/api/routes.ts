import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Core } from "../core.ts";
import type { Fault, FaultScript } from "../faults.ts";
import { type Fields, fieldsOf, parseJson, textOf } from "../json.ts";
import type { RateLimit } from "../rate-limit.ts";
import type { RequestLog } from "../request-log.ts";
import { type Args, argsOf } from "./args.ts";
import { bodyFields } from "./body.ts";
import { chat } from "./chat.ts";
import { conversations } from "./conversations.ts";
import { files } from "./files.ts";
import type { Methods } from "./method.ts";
import { reactions } from "./reactions.ts";
import { ApiRefusal, refusalBody, refuse } from "./refusal.ts";
import { team } from "./team.ts";
import { users } from "./users.ts";
import { views } from "./views.ts";

export interface ApiParts {
  readonly core: Core;
  readonly faults: FaultScript;
  readonly log: RequestLog;
  readonly rateLimit: RateLimit;
  /** Methods that hold timers. */
  readonly scheduled: Methods;
}

/** Methods that take an app-level token instead of the bot's. */
const appLevel = new Set(["apps.connections.open"]);

/** `POST /api/<method>`, as slack.com answers it. */
export function apiRoutes(server: FastifyInstance, parts: ApiParts): void {
  const methods: Methods = {
    ...team,
    ...chat,
    ...conversations,
    ...users,
    ...views,
    ...reactions,
    ...files,
    ...parts.scheduled,
  };
  server.route<{ Params: { method: string } }>({
    method: ["GET", "POST"],
    url: "/api/:method",
    handler: async (request, reply) => await answerCall(request.params.method, methods, parts, request, reply),
  });
}

async function answerCall(
  method: string,
  methods: Methods,
  { core, faults, log, rateLimit }: ApiParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { scopes } = core.settings;
  if (scopes) reply.header("x-oauth-scopes", scopes.join(","));
  const raw = { ...fieldsOf(request.query), ...bodyFields(request) };
  const entry = log.add(method, logged(raw), core.settings.clock.now());
  const fault = faults.take(method);
  const wait =
    fault.kind === "rate-limited" ? fault.retryAfterSeconds : rateLimit.exceeded(method, textOf(raw.channel));
  if (wait !== undefined) {
    entry.answer = "ratelimited";
    return reply.code(429).header("retry-after", String(wait)).send({ ok: false, error: "ratelimited" });
  }
  if (refusesFirst(fault)) {
    entry.answer = fault.kind;
    return await misbehave(fault, reply);
  }
  if (fault.kind === "slow") await core.settings.clock.sleep(fault.ms);
  const body = call(method, methods, argsOf(raw), core, tokenOf(request, raw));
  entry.answer = fault.kind.startsWith("accept") ? fault.kind : textOf(body.error) || "ok";
  if (fault.kind === "accept-then-drop" || fault.kind === "accept-then-hang" || fault.kind === "accept-then-500")
    return await misbehave(fault, reply);
  return body;
}

function call(method: string, methods: Methods, args: Args, core: Core, token: string | undefined): Fields {
  try {
    const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (!handler) return refuse("unknown_method");
    if (method !== "api.test") checkToken(method, token, core);
    return { ok: true, ...handler(args, core) };
  } catch (cause) {
    if (cause instanceof ApiRefusal) return fieldsOf(refusalBody(cause));
    throw cause;
  }
}

function checkToken(method: string, token: string | undefined, core: Core): void {
  const { botToken, appToken } = core.settings;
  if (token === undefined || token === "") refuse("not_authed");
  const right = appLevel.has(method) ? appToken : botToken;
  const other = appLevel.has(method) ? botToken : appToken;
  if (token === other) refuse("not_allowed_token_type");
  if (token !== right) refuse("invalid_auth");
}

function tokenOf(request: FastifyRequest, raw: Fields): string | undefined {
  const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  return bearer ?? (textOf(raw.token) || undefined);
}

function refusesFirst(fault: Fault): boolean {
  return !["pass", "slow", "accept-then-drop", "accept-then-hang", "accept-then-500"].includes(fault.kind);
}

async function misbehave(fault: Fault, reply: FastifyReply): Promise<unknown> {
  switch (fault.kind) {
    case "status":
      return reply
        .code(fault.status)
        .type("text/plain")
        .send(fault.body ?? "");
    case "html":
      return reply
        .code(fault.status ?? 200)
        .type("text/html")
        .send("<!doctype html><title>Service unavailable</title><h1>503</h1>");
    case "accept-then-500":
      return reply.code(500).type("application/json").send({ ok: false, error: "internal_error" });
    case "error":
      return { ok: false, error: fault.error };
    case "drop":
    case "accept-then-drop":
      reply.hijack();
      reply.raw.destroy();
      return reply;
    case "hang":
    case "accept-then-hang":
      reply.hijack(); // the client gives up, or closing the server ends it
      return reply;
    default:
      return reply;
  }
}

/** For reading in tests: JSON text parsed, no token. */
function logged(raw: Fields): Fields {
  const { token: _token, ...rest } = raw;
  return Object.fromEntries(
    Object.entries(rest).map(([name, value]) => {
      const isJson = typeof value === "string" && /^[[{]/.test(value);
      return [name, isJson ? (parseJson(value) ?? value) : value];
    }),
  );
}
