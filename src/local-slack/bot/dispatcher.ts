import { fieldsOf, parseJson } from "../json.ts";
import type { Settings } from "../settings.ts";
import { signatureHeaders } from "../sign.ts";
import { type Delivery, failed, type Outgoing } from "./delivery.ts";
import type { SocketMode } from "./socket-mode.ts";

export interface Dispatcher {
  /** Sends one request and waits for the acknowledgement, no longer than Slack would. */
  send(outgoing: Outgoing): Promise<Delivery>;
  setBotUrl(url: string | undefined): void;
  /** Whether anything would receive a request now. */
  connected(): boolean;
}

/** Bodies the bot answers with are small; more than this is not an acknowledgement. */
const answerLimitBytes = 1_000_000;

/**
 * A connected socket goes before the request URL, as in an app with Socket Mode switched on. Never rejects: failing is
 * an outcome.
 */
export function createDispatcher(settings: Settings, socketMode: SocketMode): Dispatcher {
  let botUrl = settings.botUrl;
  return {
    setBotUrl: (url) => {
      botUrl = url;
    },
    connected: () => botUrl !== undefined || socketMode.connected(),
    send: async (outgoing) => {
      if (socketMode.connected()) return await socketMode.send(outgoing, settings.ackDeadlineMs);
      if (botUrl === undefined) return failed("dispatch_failed", "no request URL is set and no socket is connected");
      return await post(botUrl, outgoing, settings);
    },
  };
}

async function post(url: string, outgoing: Outgoing, settings: Settings): Promise<Delivery> {
  const { body, headers } = encode(outgoing);
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        accept: "application/json,*/*",
        ...headers,
        ...signatureHeaders(body, settings.signingSecret, settings.clock.now()),
      },
      body,
      signal: AbortSignal.timeout(settings.ackDeadlineMs),
    });
    const text = (await response.text()).slice(0, answerLimitBytes);
    const noRetry = response.headers.get("x-slack-no-retry") === "1";
    if (!response.ok)
      return { kind: "failed", error: "dispatch_failed", reason: `http_status_${response.status}`, noRetry };
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    const json = isJson ? parseJson(text) : undefined;
    return { kind: "acknowledged", body: text === "" ? undefined : (json ?? text), noRetry };
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "TimeoutError")
      return failed("operation_timeout", "http_timeout");
    return failed("dispatch_failed", "connection_failed");
  }
}

function encode(outgoing: Outgoing): { readonly body: string; readonly headers: Record<string, string> } {
  const form = { "content-type": "application/x-www-form-urlencoded" };
  switch (outgoing.type) {
    case "interactive":
      return { body: new URLSearchParams({ payload: JSON.stringify(outgoing.payload) }).toString(), headers: form };
    case "slash_commands":
      return { body: new URLSearchParams(outgoing.payload).toString(), headers: form };
    case "events_api": {
      const retry = outgoing.retry;
      const headers = retry && { "x-slack-retry-num": String(retry.num), "x-slack-retry-reason": retry.reason };
      return { body: JSON.stringify(outgoing.payload), headers: { "content-type": "application/json", ...headers } };
    }
  }
}

/** The challenge Slack sends when a request URL is entered; true when the bot echoes it. */
export async function verifyUrl(dispatcher: Dispatcher, token: string, challenge: string): Promise<boolean> {
  const payload = { token, challenge, type: "url_verification" };
  const delivery = await dispatcher.send({ type: "events_api", payload });
  if (delivery.kind === "failed") return false;
  return delivery.body === challenge || fieldsOf(delivery.body).challenge === challenge;
}
