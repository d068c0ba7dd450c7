import { afterEach, expect, test, vi } from "vitest";
import { createSlackWeb } from "../../../../src/adapters/slack/slack-web.ts";
import { deadUrl } from "../../../support/actor-cluster.ts";

afterEach(() => vi.restoreAllMocks());

test("a Slack that cannot be reached is an outcome, and no line of the client's own on the console", async () => {
  const lines: unknown[] = [];
  for (const name of ["log", "warn", "info", "debug", "error"] as const)
    vi.spyOn(console, name).mockImplementation((...words) => void lines.push(words));
  const slack = createSlackWeb({ token: "xoxb-1", apiUrl: `${await deadUrl()}/api/` });
  const sent = await slack.post({ channel: "C1", text: "hello", blocks: [], postId: "a/1" });
  expect(sent).toMatchObject({ ok: false, failure: { type: "later" } });
  expect(lines).toEqual([]);
});
