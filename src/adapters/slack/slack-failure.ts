import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import type { SlackFailure } from "../../bot/slack/slack-port.ts";
import { errorCode } from "../../lib/error-code.ts";
import { neverSentCodes } from "../connection-codes.ts";

/** Codes that Slack documents as passing; every other `ok: false` will be the same next time. */
const passing = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
  "ratelimited",
  "rate_limited",
]);

const neverSent = new Set(neverSentCodes);

function networkCode(error: unknown): string {
  for (let inner = error; inner instanceof Error; inner = inner.cause ?? (inner as { original?: unknown }).original) {
    const code = errorCode(inner);
    if (code !== undefined && !code.startsWith("slack_webapi")) return code;
  }
  return "request_failed";
}

/** Sorts what the Web API client throws into what the caller can do about it. */
export function slackFailure(error: unknown): SlackFailure {
  if (error instanceof WebAPIRateLimitedError)
    return { type: "later", code: "ratelimited", retryAfterSeconds: error.retryAfter };
  if (error instanceof WebAPIPlatformError) {
    const code = error.data.error;
    // A proxy's page under status 200: whether Slack was asked at all is not known.
    if (!/^[a-z0-9_]{1,100}$/.test(code)) return { type: "unsure", code: "no_answer_of_slack" };
    return passing.has(code) ? { type: "later", code } : { type: "never", code };
  }
  if (error instanceof WebAPIHTTPError) {
    // A 5xx may come after the message was accepted.
    return error.statusCode >= 500
      ? { type: "unsure", code: `http_${error.statusCode}` }
      : { type: "never", code: `http_${error.statusCode}` };
  }
  if (error instanceof WebAPIRequestError) {
    const code = networkCode(error);
    return neverSent.has(code) ? { type: "later", code } : { type: "unsure", code };
  }
  return { type: "unsure", code: networkCode(error) };
}
