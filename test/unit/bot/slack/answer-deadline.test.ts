import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test, vi } from "vitest";
import type { HandlerDeps } from "../../../../src/bot/slack/listen/request.ts";
import { createSlackApp } from "../../../../src/bot/slack/slack-app.ts";
import { signatureHeaders } from "../../../../src/local-slack/sign.ts";
import { notingDesk } from "../../../support/slack-bot.ts";

test("an answer that Slack never takes is given up, and said in the log", async () => {
  const warned: string[] = [];
  const note = (_what: unknown, event: string) => void warned.push(event);
  const deps = {
    desk: notingDesk([]),
    slack: {} as HandlerDeps["slack"],
    identify: async (id: string) => ({ ok: true, person: { id: `slack:${id}`, name: "Ana" } }),
    log: { debug: note, info: note, warn: note, error: note },
    now: Date.now,
    timeZone: "UTC",
    firstSight: async () => true,
  } as unknown as HandlerDeps;
  const signingSecret = "a-secret-for-this-test";
  await using app = createSlackApp({ botToken: "xoxb-1", signingSecret, answerWithinMs: 300 }, deps);
  const server = createServer((request, response) => {
    // An address to answer to that takes the answer and says nothing.
    if (request.url === "/slack/events") app.listener?.(request, response);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const body = new URLSearchParams({
      command: "/incident",
      text: "freeze",
      user_id: "U1",
      response_url: `${here}/never`,
    }).toString();
    const sent = await fetch(`${here}/slack/events`, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        ...signatureHeaders(body, signingSecret, Date.now()),
      },
      body,
    });
    expect(sent.status).toBe(200);
    await vi.waitFor(() => expect(warned).toContain("slack.answer-failed"), { timeout: 10_000 });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
