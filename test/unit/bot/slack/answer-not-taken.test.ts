import type { App } from "@slack/bolt";
import { expect, test } from "vitest";
import { listener } from "../../../../src/bot/slack/listen/listen.ts";
import { listenToCommands } from "../../../../src/bot/slack/listen/listen-commands.ts";
import type { HandlerDeps } from "../../../../src/bot/slack/listen/request.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { notingDesk } from "../../../support/slack-bot.ts";

type Handler = (input: object) => Promise<void>;

/** The library's part: hands what comes in to whom has asked for it, and answers as Slack does that takes every second answer. */
function bolt() {
  const answers: { text: string }[] = [];
  let handler: Handler = async () => undefined;
  const take = (_what: unknown, given: Handler) => {
    handler = given;
  };
  const respond = async (answer: { text: string }) => {
    answers.push(answer);
    if (answers.length % 2 === 1) throw new Error("Failed to respond to the response_url: 500");
  };
  return {
    app: { command: take, action: take } as unknown as App,
    answers,
    come: (what: object) => handler({ ack: async () => undefined, context: {}, respond, ...what }),
  };
}

function deps(asked: unknown[][]): HandlerDeps {
  return {
    desk: notingDesk(asked),
    slack: {} as HandlerDeps["slack"],
    identify: async (id) => ({ ok: true, person: { id: `slack:${id}`, name: "Ana" } }),
    log: silentLogger,
    now: Date.now,
    timeZone: "UTC",
    firstSight: async () => true,
  };
}

test("what a command has done is never told as nothing, also when Slack does not take the first answer", async () => {
  const asked: unknown[][] = [];
  const { app, answers, come } = bolt();
  listenToCommands(app, deps(asked));
  await come({ command: { command: "/incident", text: "note 7 the vendor is called", user_id: "U1" } });
  expect(asked).toEqual([["note", "7", "the vendor is called", "slack:U1"]]);
  expect(answers.map(({ text }) => text)).toEqual([answers[0]?.text, answers[0]?.text]);
  expect(answers[0]?.text).not.toContain("nothing was changed");
});

test("nor what a button has done", async () => {
  const { app, answers, come } = bolt();
  const pressed: string[] = [];
  listener(app, deps([])).onButton("approve", async ({ value, say }) => {
    pressed.push(value);
    await say("Approved.");
  });
  const action = { type: "button", value: "plan-1" };
  await come({ action, body: { user: { id: "U1" }, response_url: "https://hooks.slack.example/1" } });
  expect(pressed).toEqual(["plan-1"]);
  expect(answers.map(({ text }) => text)).toEqual(["Approved."]);
});

test("answers name the command as this app has it: two clusters in one workspace have one each", async () => {
  for (const [command, name] of [
    ["/incident-paris", "/incident-paris"],
    ["/incident", "/incident"],
    ["/<!channel>", "/incident"],
  ] as const) {
    const { app, answers, come } = bolt();
    listenToCommands(app, deps([]));
    await come({ command: { command, text: "lsit", user_id: "U1" } });
    await come({ command: { command, text: "help", user_id: "U1" } });
    const said = JSON.stringify(answers);
    expect(said).toContain(`Did you mean \`${name} list\``);
    expect(said).toContain(`\`${name} freeze [why]\``);
    if (name !== "/incident") expect(said).not.toContain("`/incident ");
  }
});
