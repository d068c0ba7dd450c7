import type { RequestListener } from "node:http";
import { App, HTTPReceiver, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { EnvHttpProxyAgent } from "undici";
import { inputError, messageOf } from "../../lib/app-error.ts";
import { type HandlerDeps, registerHandlers } from "./listen/handlers.ts";
import { slackPath } from "./slack-path.ts";
import { keepSocket } from "./socket-link.ts";

export interface SlackAppOptions {
  readonly botToken: string;
  /** HTTP: requests are believed when signed with this. */
  readonly signingSecret?: string;
  /** Socket Mode: Slack is called, nothing has to be reachable from outside. Wins over HTTP. */
  readonly appToken?: string;
  readonly apiUrl?: string;
  /** How long an address of Slack's may take to answer (ms). Default 10 s. */
  readonly answerWithinMs?: number;
}

/** One application, two ways in. `listener` serves `/slack/events` in HTTP mode and is absent in Socket Mode. */
export interface SlackApp extends AsyncDisposable {
  readonly listener?: RequestListener;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const bodyLimit = "1mb";
/** Bolt refuses old requests by itself, but takes any from the future; both ways five minutes (Slack, "Verifying requests"). */
const windowSeconds = 300;

/** What the library connects through; by itself it goes past the proxy that Node was told to use. HTTP/2 carries no WebSocket. */
const throughProxy = () =>
  process.env["NODE_USE_ENV_PROXY"] === "1" ? new EnvHttpProxyAgent({ allowH2: false, proxyTunnel: true }) : undefined;

/** The library gives its answers to clicks and commands (`respond`) no deadline: one that is never taken would be waited for as long as the network likes. */
const fetchWithin =
  (deadlineMs: number): typeof fetch =>
  (address, init) =>
    fetch(address, {
      ...init,
      signal: AbortSignal.any([AbortSignal.timeout(deadlineMs), ...(init?.signal ? [init.signal] : [])]),
    });

/** Seconds that a request is old; undefined when it does not say. */
function ageOf(header: string | string[] | undefined, nowMs: number): number | undefined {
  const seconds = Number(Array.isArray(header) ? header[0] : header);
  return Number.isFinite(seconds) ? Math.round(nowMs / 1000 - seconds) : undefined;
}

/** Anybody may send requests that are refused; the log hears of them at this pace (ms). */
const toldEveryMs = 60_000;

/** Says why a request was refused: it may have been Slack's own, and then every click is lost without a word. */
function refusals(log: HandlerDeps["log"]) {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (why: string, remedy: string) => {
    if (performance.now() - toldAt < toldEveryMs) return;
    toldAt = performance.now();
    log.warn({ why, remedy }, "slack.request-refused");
  };
}

/** Bolt logs whole requests at some levels; only words of our own reach our log. */
function quietLogger(deps: HandlerDeps, refused: ReturnType<typeof refusals>) {
  const warn = (...parts: unknown[]) => {
    const detail = messageOf(parts[0], 160);
    if (detail.includes("signature mismatch"))
      refused(
        "its signature is not that of SLACK_SIGNING_SECRET",
        "If clicks in Slack fail, copy the Signing Secret of the app (Basic Information) into SLACK_SIGNING_SECRET; else somebody else is sending.",
      );
    else deps.log.warn({ detail }, "slack.library");
  };
  return {
    debug: () => undefined,
    info: () => undefined,
    warn,
    error: warn,
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  };
}

/** @throws AppError (exit code 2) when there is neither an application token nor a signing secret: an empty key signs as well as any. */
export function createSlackApp(options: SlackAppOptions, deps: HandlerDeps): SlackApp {
  const signingSecret = options.signingSecret?.trim() ?? "";
  if (!options.appToken && signingSecret === "")
    throw inputError(
      "slack-deaf",
      "Slack's bot token is set, but nothing tells Slack's requests from anybody's.",
      "Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (requests over HTTP); see docs/slack.md.",
    );
  const refused = refusals(deps.log);
  const logger = quietLogger(deps, refused);
  const answerWithinMs = options.answerWithinMs ?? 10_000;
  const clientOptions = {
    ...(options.apiUrl ? { slackApiUrl: options.apiUrl } : {}),
    timeout: answerWithinMs,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  };
  const http = options.appToken
    ? undefined
    : new HTTPReceiver({
        signingSecret,
        endpoints: slackPath,
        bodyLimit,
        logger,
        customPropertiesExtractor: (request) => ({ requestSignature: request.headers["x-slack-signature"] }),
      });
  const socket = options.appToken
    ? new SocketModeReceiver({
        appToken: options.appToken,
        logger,
        // The receiver's own client ignores the app's options; without this it would call Slack itself.
        installerOptions: { clientOptions },
        // Connections are kept by ourselves.
        autoReconnectEnabled: false,
        dispatcher: throughProxy(),
        customPropertiesExtractor: (args) => ({ requestSignature: args?.body?.envelope_id }),
      })
    : undefined;
  const receiver = socket ?? http;
  if (!receiver) throw new Error("unreachable: one receiver is always made");
  const app = new App({
    // With a bare token Bolt asks Slack who we are: at once, where a Slack that does not answer would end the process, or before
    // each acknowledgement, which would cost its three seconds. We know who we are.
    authorize: async () => ({ botToken: options.botToken }),
    receiver,
    clientOptions: { ...clientOptions, fetch: fetchWithin(answerWithinMs) },
    logger,
    // Only commands, buttons and forms are listened to; none of them comes from ourselves.
    ignoreSelf: false,
  });
  app.error(async (error) => {
    deps.log.error({ error: messageOf(error) }, "slack.listener-failed");
  });
  registerHandlers(app, deps);
  const listener: RequestListener | undefined = http
    ? (request, response) => {
        const age = ageOf(request.headers["x-slack-request-timestamp"], Date.now());
        if (age === undefined || Math.abs(age) > windowSeconds) {
          if (age !== undefined)
            refused(
              `by the clock of this machine it is ${Math.abs(age)} s ${age > 0 ? "old" : "ahead"}`,
              "If clicks in Slack fail, set the clock (NTP): requests are believed for five minutes; else somebody repeats old ones.",
            );
          response.writeHead(401).end();
          request.resume();
          return;
        }
        http.requestListener(request, response);
      }
    : undefined;
  const link = socket && keepSocket(socket.client, deps.log);
  const stop = async () => {
    await link?.stop();
  };
  return {
    ...(listener ? { listener } : {}),
    async start() {
      await link?.start();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
