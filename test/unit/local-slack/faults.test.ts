import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Fault } from "../../../src/local-slack/faults.ts";
import type { LocalSlack } from "../../../src/local-slack/local-slack.ts";
import { createRateLimit } from "../../../src/local-slack/rate-limit.ts";
import { startLocalSlack } from "../../../src/local-slack/start-local-slack.ts";

const channel = "C0LOCALINCI";
let slack: LocalSlack;
let client: WebClient;

beforeEach(async () => {
  slack = await startLocalSlack();
  const logger = {
    debug() {},
    info() {},
    warn() {},
    error() {},
    setLevel() {},
    setName() {},
    getLevel: () => "error" as never,
  };
  client = new WebClient(slack.botToken, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 300,
    logger,
  });
});
afterEach(() => slack.close());

test.each<{ fault: Fault; code: string; posted: number }>([
  { fault: { kind: "rate-limited", retryAfterSeconds: 30 }, code: "slack_webapi_rate_limited_error", posted: 0 },
  { fault: { kind: "status", status: 500, body: "oops" }, code: "slack_webapi_http_error", posted: 0 },
  { fault: { kind: "html", status: 503 }, code: "slack_webapi_http_error", posted: 0 },
  { fault: { kind: "error", error: "fatal_error" }, code: "slack_webapi_platform_error", posted: 0 },
  { fault: { kind: "drop" }, code: "slack_webapi_request_error", posted: 0 },
  { fault: { kind: "hang" }, code: "slack_webapi_request_error", posted: 0 },
  { fault: { kind: "accept-then-drop" }, code: "slack_webapi_request_error", posted: 1 },
  { fault: { kind: "accept-then-hang" }, code: "slack_webapi_request_error", posted: 1 },
  { fault: { kind: "accept-then-500" }, code: "slack_webapi_http_error", posted: 1 },
])("$fault.kind: the client sees $code and $posted message is posted", async ({ fault, code, posted }) => {
  slack.faults.next("chat.postMessage", [fault]);
  await expect(client.chat.postMessage({ channel, text: "x" })).rejects.toMatchObject({ code });
  expect(slack.messages(channel)).toHaveLength(posted);
  expect(slack.faults.left()).toBe(0);
  await client.chat.postMessage({ channel, text: "y" });
  expect(slack.messages(channel)).toHaveLength(posted + 1);
});

test("a 429 says how long to wait", async () => {
  slack.faults.next("*", [{ kind: "rate-limited", retryAfterSeconds: 7 }]);
  await expect(client.auth.test()).rejects.toMatchObject({ retryAfter: 7 });
});

test("a standing fault lasts until it is cleared; scripted ones come first", async () => {
  slack.faults.always("auth.test", { kind: "error", error: "ekm_access_denied" });
  slack.faults.next("auth.test", [{ kind: "pass" }]);
  await client.auth.test();
  for (let i = 0; i < 2; i += 1)
    await expect(client.auth.test()).rejects.toMatchObject({ data: { error: "ekm_access_denied" } });
  slack.faults.clear();
  await client.auth.test();
});

test("every call is logged with its arguments, its answer and no token", async () => {
  await client.chat.postMessage({ channel, text: "x", blocks: [{ type: "divider" }] });
  await client.chat.update({ channel, ts: "1.000001", text: "x" }).catch(() => undefined);
  expect(slack.requests()).toMatchObject([
    { method: "chat.postMessage", body: { channel, blocks: [{ type: "divider" }] }, answer: "ok" },
    { method: "chat.update", answer: "message_not_found" },
  ]);
  expect(JSON.stringify(slack.requests())).not.toContain(slack.botToken);
  slack.clearRequests();
  expect(slack.requests()).toEqual([]);
});

test("the rate limit counts a sliding minute, chat methods a channel at a time", () => {
  let now = 0;
  const limit = createRateLimit({ "chat.postMessage": 2, "users.info": 1 }, () => now);
  expect([limit.exceeded("chat.postMessage", "C1"), limit.exceeded("chat.postMessage", "C1")]).toEqual([
    undefined,
    undefined,
  ]);
  now = 20_000;
  expect(limit.exceeded("chat.postMessage", "C1")).toBe(40);
  expect(limit.exceeded("chat.postMessage", "C2")).toBeUndefined();
  expect([limit.exceeded("users.info", "C1"), limit.exceeded("users.info", "C2")]).toEqual([undefined, 60]);
  expect(limit.exceeded("auth.test", undefined)).toBeUndefined();
  now = 60_000;
  expect(limit.exceeded("chat.postMessage", "C1")).toBeUndefined();
});

test("the configured rate limit answers 429", async () => {
  await using limited = await startLocalSlack({ ratePerMinute: { "chat.postMessage": 1 } });
  const web = new WebClient(limited.botToken, {
    slackApiUrl: limited.apiUrl,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
  });
  await web.chat.postMessage({ channel, text: "x" });
  await expect(web.chat.postMessage({ channel, text: "x" })).rejects.toMatchObject({
    code: "slack_webapi_rate_limited_error",
  });
});
