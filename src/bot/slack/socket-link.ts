import { messageOf } from "../../lib/app-error.ts";
import { type Clock, rest, systemClock } from "../../lib/clock.ts";
import { errorCode } from "../../lib/error-code.ts";
import type { Logger } from "../../lib/logger.ts";

/** What is needed of Slack's Socket Mode client; it must not reconnect by itself. */
export interface SocketClient {
  /** Resolves when Slack has said hello; rejects when it cannot be asked, refuses, or hangs up before that. */
  start(): Promise<unknown>;
  disconnect(): Promise<unknown>;
  /** Told at the end of each connection. */
  on(event: "disconnected", listener: () => void): unknown;
}

export interface SocketLink {
  /** Connects, and stays connected until stopped. Resolves after the first attempt, whatever came of it. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const firstDelayMs = 1_000;
const maxDelayMs = 60_000;
/** A connection that ends sooner was none: Slack hangs up on whom it does not want. */
const shortMs = 10_000;

/** What Slack says to a token that will not be better next time. */
const refusals = new Set([
  "invalid_auth",
  "not_authed",
  "not_allowed_token_type",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "missing_scope",
  "no_permission",
]);

/** Slack's own code, or that of the network; the innermost cause knows it. */
function codeOf(error: unknown): string {
  let code: string | undefined;
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const said = (at as { data?: { error?: unknown } }).data?.error;
    if (typeof said === "string") return said.slice(0, 100);
    code = errorCode(at) ?? code;
  }
  return code ?? (error === undefined ? "hung_up" : messageOf(error, 100));
}

function remedyFor(code: string): string {
  return refusals.has(code)
    ? "Set SLACK_APP_TOKEN to the App-Level Token (xapp-…) with the scope connections:write; kubemend doctor --slack checks it. Incidents are still posted; buttons and commands are not heard."
    : "Let this machine reach Slack (443). Until then buttons and commands are not heard; it tries again by itself.";
}

/**
 * Keeps one connection of Socket Mode. Slack ends each every few hours, and networks when they like. The library's own
 * reconnecting leaves a rejected promise behind when Slack cannot be asked for a moment, which ends the process; and a Slack that
 * is away when kubemend starts must not keep it from watching.
 */
export function keepSocket(client: SocketClient, log: Logger, clock: Pick<Clock, "sleep"> = systemClock): SocketLink {
  const stopping = new AbortController();
  const { signal } = stopping;
  let ended: () => void = () => undefined;
  client.on("disconnected", () => ended());
  signal.addEventListener("abort", () => ended(), { once: true });

  /** Undefined when it could connect; else why not. */
  async function connect(): Promise<{ readonly why: unknown } | undefined> {
    try {
      await client.start();
      return undefined;
    } catch (why) {
      return { why };
    }
  }

  async function keep(tried: () => void): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      // Listened for before the attempt: a connection may end as soon as it stands.
      const end = new Promise<void>((resolve) => {
        ended = resolve;
      });
      const failed = await connect();
      const since = performance.now();
      if (!failed) {
        // Told to stop while the attempt was under way.
        if (signal.aborted) void client.disconnect();
        else if (failures > 0) log.info({ failures }, "slack.connected");
        tried();
        if (!signal.aborted) await end;
      }
      if (signal.aborted) return;
      failures = failed || performance.now() - since < shortMs ? failures + 1 : 0;
      if (failures === 0) continue;
      const retryMs = Math.min(firstDelayMs * 2 ** (failures - 1), maxDelayMs);
      const code = failed ? codeOf(failed.why) : "hung_up";
      log.warn({ code, retryMs, remedy: remedyFor(code) }, "slack.not-connected");
      tried();
      await rest(clock, retryMs, signal);
    }
  }

  let running: Promise<void> | undefined;
  return {
    start: () =>
      new Promise<void>((resolve) => {
        running ??= keep(resolve).finally(resolve);
      }),
    async stop() {
      stopping.abort();
      // Not waited for: Slack has half a minute to answer the end of a connection.
      if (running) void client.disconnect();
    },
  };
}
