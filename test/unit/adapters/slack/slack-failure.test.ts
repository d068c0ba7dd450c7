import { ErrorCode } from "@slack/web-api";
import { expect, test } from "vitest";
import { createSlackWeb } from "../../../../src/adapters/slack/slack-web.ts";
import type { Fault } from "../../../../src/local-slack/faults.ts";
import { startLocalSlack } from "../../../../src/local-slack/start-local-slack.ts";

// What a caller may do next: try again (`later`), look first (`unsure`), or give up (`never`).
test.each<{ what: string; fault: Fault; type: string }>([
  { what: "a rate limit", fault: { kind: "rate-limited", retryAfterSeconds: 7 }, type: "later" },
  { what: "an error that passes", fault: { kind: "error", error: "internal_error" }, type: "later" },
  { what: "an error that stays", fault: { kind: "error", error: "is_archived" }, type: "never" },
  { what: "a 5xx", fault: { kind: "status", status: 503 }, type: "unsure" },
  { what: "a proxy's page under status 200", fault: { kind: "html" }, type: "unsure" },
  { what: "a proxy's page under status 502", fault: { kind: "html", status: 502 }, type: "unsure" },
  { what: "a connection cut in the middle", fault: { kind: "drop" }, type: "unsure" },
  { what: "an answer that got lost", fault: { kind: "accept-then-drop" }, type: "unsure" },
])("$what: $type", async ({ fault, type }) => {
  const slack = await startLocalSlack({ channels: [{ id: "C1", name: "incidents" }] });
  await using _slack = { [Symbol.asyncDispose]: () => slack.close() };
  slack.faults.next("chat.postMessage", [fault]);
  const port = createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl });
  const outcome = await port.post({ channel: "C1", text: "t", blocks: [], postId: "1/message" });
  expect(outcome).toMatchObject({ ok: false, failure: { type } });
});

test("the library still names its errors as we tell them apart", () => {
  expect(Object.values(ErrorCode)).toContain("slack_webapi_platform_error");
});
