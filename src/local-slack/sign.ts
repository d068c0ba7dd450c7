import { createHmac } from "node:crypto";

/**
 * The headers with which Slack proves that a request comes from it.
 * @param at Unix time in milliseconds; Slack signs whole seconds
 * @see https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function signatureHeaders(body: string, signingSecret: string, at: number): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000));
  const digest = createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
  return { "x-slack-request-timestamp": timestamp, "x-slack-signature": `v0=${digest}` };
}
