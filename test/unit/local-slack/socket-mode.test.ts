import { App, LogLevel } from "@slack/bolt";
import { WebSocket } from "undici";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LocalSlack } from "../../../src/local-slack/local-slack.ts";
import { startLocalSlack } from "../../../src/local-slack/start-local-slack.ts";

const lead = "U0LOCALLEAD";
let slack: LocalSlack;
let app: App;

beforeEach(async () => {
  slack = await startLocalSlack({ ackDeadlineMs: 500 });
  app = new App({
    socketMode: true,
    token: slack.botToken,
    appToken: slack.appToken,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl },
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
  });
});
afterEach(async () => {
  await app.stop();
  await slack.close();
});

test("a Bolt app in Socket Mode gets commands and events, and its answers arrive", async () => {
  const mentions: string[] = [];
  app.command("/incident", async ({ ack, command }) => await ack(`you said ${command.text}`));
  app.event("app_mention", async ({ event }) => {
    mentions.push(event.text);
  });
  app.command("/deaf", () => Promise.resolve());
  await app.start();
  expect(await slack.slash("/incident list", lead)).toEqual({ ok: true });
  expect(slack.ephemerals().at(-1)?.message.text).toBe("you said list");
  slack.say("incidents", `@kubemend ${"long ".repeat(500)}`, lead);
  await vi.waitFor(() => expect(mentions[0]).toContain("long long"));
  expect(await slack.slash("/deaf", lead)).toEqual({ ok: false, error: "operation_timeout" });
});

test("an answer larger than one frame's short lengths comes through whole", async () => {
  app.command(
    "/incident",
    async ({ ack }) => await ack({ text: "x".repeat(39_000), attachments: [{ text: "y".repeat(39_000) }] }),
  );
  await app.start();
  expect(await slack.slash("/incident", lead)).toEqual({ ok: true });
  expect(slack.ephemerals().at(-1)?.message.text).toHaveLength(39_000);
});

test("a socket address works once, and only with its ticket", async () => {
  const response = await fetch(`${slack.apiUrl}apps.connections.open`, {
    method: "POST",
    headers: { authorization: `Bearer ${slack.appToken}` },
  });
  const { url } = (await response.json()) as { url: string };
  const outcome = (address: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(address);
      socket.addEventListener("message", (event) => resolve(String(JSON.parse(String(event.data)).type)));
      socket.addEventListener("error", () => resolve("refused"));
    });
  expect(await outcome(url)).toBe("hello");
  expect(await outcome(url)).toBe("refused");
  expect(await outcome(`${slack.url.replace("http", "ws")}/link/?ticket=guess`)).toBe("refused");
});
