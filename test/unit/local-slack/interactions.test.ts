import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ModalView } from "@slack/types";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createTriggers } from "../../../src/local-slack/bot/triggers.ts";
import type { LocalSlack } from "../../../src/local-slack/local-slack.ts";
import { startLocalSlack } from "../../../src/local-slack/start-local-slack.ts";
import { reviewModal } from "../../browser/local-slack/sample-blocks.ts";
import { type FakeBot, startFakeBot } from "./fake-bot.ts";

const lead = "U0LOCALLEAD";
const viewer = "U0LOCALVIEW";
const channel = "C0LOCALINCI";
let slack: LocalSlack;
let bot: FakeBot;

beforeAll(async () => {
  slack = await startLocalSlack({
    // What is not answered in it is waited for in vain; a busy machine answers late.
    ackDeadlineMs: 2_000,
    shortcuts: [
      { callback_id: "declare", name: "Declare incident", type: "message" },
      { callback_id: "help", name: "Help", type: "global" },
    ],
    eventRetryDelaysMs: [1, 1, 1],
  });
  bot = await startFakeBot(slack);
  listen();
});
afterAll(async () => {
  await bot.close();
  await slack.close();
});

const seen: { name: string; body: Record<string, unknown> }[] = [];
beforeEach(() => {
  seen.length = 0;
});
const bodies = (name: string) => seen.filter((entry) => entry.name === name).map(({ body }) => body);
const plain = (text: string) => ({ type: "plain_text" as const, text });
const modal = (title: string, more: object = {}): ModalView => ({ ...reviewModal(), title: plain(title), ...more });
const filled = { replicas: { count: "3" }, reason: { why: "clear" } };

/** What the bot of these tests does; every test posts its own message. */
function listen(): void {
  const { app } = bot;
  const keep = (name: string, body: unknown) => seen.push({ name, body: body as Record<string, unknown> });
  app.action({ type: "block_actions" }, async ({ ack, body, action, client, respond }) => {
    keep("action", body);
    const id = "action_id" in action ? action.action_id : "";
    if (id === "deaf") return;
    await ack();
    const trigger_id = "trigger_id" in body ? body.trigger_id : "";
    if (id === "open") await client.views.open({ trigger_id, view: modal("First") });
    if (id === "replace") await respond({ replace_original: true, text: "replaced", blocks: [] });
    if (id === "remove") await respond({ delete_original: true });
    if (id === "whisper") await respond({ text: "only for you" });
  });
  app.view("review", async ({ ack, body, view }) => {
    keep(body.type, body);
    const why = view.private_metadata;
    if (why === "errors")
      return await ack({ response_action: "errors", errors: { replicas: "Too many for this node." } });
    if (why === "update")
      return await ack({ response_action: "update", view: modal("Second", { private_metadata: "" }) });
    if (why === "push")
      return await ack({ response_action: "push", view: modal("On top", { private_metadata: "clear" }) });
    if (why === "clear") return await ack({ response_action: "clear" });
    if (why === "too-long") return await ack({ response_action: "update", view: modal("x".repeat(25)) });
    return await ack();
  });
  app.view({ callback_id: "review", type: "view_closed" }, async ({ ack, body }) => {
    keep("closed", body);
    await ack();
  });
  app.command("/incident", async ({ ack, command, respond }) => {
    keep("command", command);
    if (command.text === "text") return await ack("plain answer");
    if (command.text === "loud") return await ack({ response_type: "in_channel", text: "for everyone" });
    await ack();
    if (command.text === "later") await respond({ text: "a late answer" });
    if (command.text === "six")
      for (let i = 0; i < 6; i += 1)
        await respond({ text: `answer ${i}` }).catch((cause: unknown) => keep("refused", { cause: String(cause) }));
  });
  app.shortcut("declare", async ({ ack, body }) => {
    keep("shortcut", body);
    await ack();
  });
  app.shortcut("help", async ({ ack, body }) => {
    keep("shortcut", body);
    await ack();
  });
  app.options("pick", async ({ ack, body }) => {
    keep("options", body);
    await ack({ options: [{ text: plain("orders"), value: "orders" }] });
  });
  app.event("app_mention", async ({ event, body }) => {
    keep("mention", { ...body, event });
  });
  app.event("app_home_opened", async ({ event, client }) => {
    await client.views.publish({ user_id: event.user, view: { type: "home", blocks: [{ type: "divider" }] } });
  });
  app.event("reaction_added", async ({ event }) => {
    keep("reaction", event);
  });
  app.message(async ({ message }) => {
    keep("message", message);
  });
}

async function post(actionId: string, more: object = {}): Promise<string> {
  const { ts } = await bot.app.client.chat.postMessage({
    channel,
    text: "incident",
    blocks: [
      {
        type: "actions",
        block_id: "first",
        elements: [{ type: "button", action_id: actionId, text: plain("Press"), value: "v1", ...more }],
      },
      {
        type: "actions",
        block_id: "second",
        elements: [
          {
            type: "static_select",
            action_id: "size",
            options: [
              { text: plain("Small"), value: "s" },
              { text: plain("Big"), value: "b" },
            ],
          },
        ],
      },
    ],
  });
  return ts ?? "";
}

describe("buttons and menus", () => {
  test("a click reaches the bot with everything Slack sends", async () => {
    const ts = await post("approve");
    expect(
      await slack.click({ channel, ts, actionId: "approve", userId: lead, entered: { second: { size: "b" } } }),
    ).toEqual({ ok: true });
    expect(bodies("action")[0]).toMatchObject({
      type: "block_actions",
      user: { id: lead, username: "lead", team_id: "T0LOCAL0001" },
      container: { type: "message", message_ts: ts, channel_id: channel, is_ephemeral: false },
      channel: { id: channel, name: "incidents" },
      message: { ts, bot_id: "B0LOCALBOT1" },
      state: {
        values: { second: { size: { type: "static_select", selected_option: { value: "b", text: { text: "Big" } } } } },
      },
      actions: [{ type: "button", action_id: "approve", block_id: "first", value: "v1", text: { text: "Press" } }],
    });
  });

  test("a choice carries the chosen option", async () => {
    const ts = await post("approve");
    await slack.click({ channel, ts, actionId: "size", value: "s", userId: viewer });
    expect(bodies("action")[0]).toMatchObject({ user: { id: viewer }, actions: [{ selected_option: { value: "s" } }] });
  });

  test("people outside the channel, and buttons that are not there, do nothing", async () => {
    const ts = await post("approve");
    expect(await slack.click({ channel: "ops", ts, actionId: "approve", userId: "U0LOCALSTRG" })).toEqual({
      ok: false,
      error: "channel_not_found",
    });
    expect(await slack.click({ channel, ts, actionId: "nope", userId: lead })).toEqual({
      ok: false,
      error: "action_not_found",
    });
    expect(await slack.click({ channel, ts: "1.000001", actionId: "approve", userId: lead })).toEqual({
      ok: false,
      error: "message_not_found",
    });
    expect(seen).toEqual([]);
  });

  test("a bot that does not acknowledge in time: operation_timeout", async () => {
    const ts = await post("deaf");
    expect(await slack.click({ channel, ts, actionId: "deaf", userId: lead })).toEqual({
      ok: false,
      error: "operation_timeout",
    });
  });

  test("an answer may replace the message, delete it, or be for one person", async () => {
    const replaced = await post("replace");
    await slack.click({ channel, ts: replaced, actionId: "replace", userId: lead });
    await vi.waitFor(() =>
      expect(slack.messages(channel).find(({ ts }) => ts === replaced)).toMatchObject({ text: "replaced", blocks: [] }),
    );
    const removed = await post("remove");
    await slack.click({ channel, ts: removed, actionId: "remove", userId: lead });
    await vi.waitFor(() => expect(slack.messages(channel).map(({ ts }) => ts)).not.toContain(removed));
    const whispered = await post("whisper");
    await slack.click({ channel, ts: whispered, actionId: "whisper", userId: lead });
    await vi.waitFor(() =>
      expect(slack.ephemerals().at(-1)).toMatchObject({ user: lead, message: { text: "only for you" } }),
    );
  });

  test("an ephemeral message has working buttons and can be replaced", async () => {
    await bot.app.client.chat.postEphemeral({
      channel,
      user: viewer,
      text: "psst",
      blocks: [{ type: "actions", elements: [{ type: "button", action_id: "replace", text: plain("Press") }] }],
    });
    const ts = slack.ephemerals().at(-1)?.message.ts ?? "";
    expect(await slack.click({ channel, ts, actionId: "replace", userId: lead })).toMatchObject({ ok: false });
    expect(await slack.click({ channel, ts, actionId: "replace", userId: viewer })).toEqual({ ok: true });
    await vi.waitFor(() =>
      expect(slack.ephemerals().find(({ message }) => message.ts === ts)?.message.text).toBe("replaced"),
    );
    expect(bodies("action").at(-1)).toMatchObject({ container: { is_ephemeral: true } });
    expect(bodies("action").at(-1)).not.toHaveProperty("message");
  });
});

describe("modals", () => {
  async function opened(metadata: string): Promise<string> {
    const ts = await post("open");
    await slack.click({ channel, ts, actionId: "open", userId: lead });
    await vi.waitFor(() => expect(slack.views().at(-1)?.view.title).toMatchObject({ text: "First" }));
    const view = slack.views().at(-1)?.view;
    await bot.app.client.views.update({
      view_id: view?.id ?? "",
      view: modal("First", { private_metadata: metadata }),
    });
    return view?.id ?? "";
  }
  const close = async () => {
    for (const { user, view } of slack.views().toReversed()) await slack.closeView({ userId: user, viewId: view.id });
  };

  test("inputs are checked before the bot sees them", async () => {
    await opened("");
    expect(await slack.submitView({ userId: lead })).toEqual({
      ok: false,
      error: "input_errors",
      errors: { reason: "Please complete this required field." },
    });
    expect(
      await slack.submitView({ userId: lead, entered: { reason: { why: "clear" }, replicas: { count: "2.5" } } }),
    ).toMatchObject({ errors: { replicas: "Please enter a whole number." } });
    expect(bodies("view_submission")).toEqual([]);
    await close();
  });

  test("a submission carries what was entered and closes the modal", async () => {
    await opened("");
    expect(await slack.submitView({ userId: lead, entered: { ...filled, note: { text: "go" } } })).toEqual({
      ok: true,
    });
    expect(bodies("view_submission")[0]).toMatchObject({
      user: { id: lead },
      view: {
        callback_id: "review",
        state: {
          values: {
            note: { text: { type: "plain_text_input", value: "go" } },
            replicas: { count: { type: "number_input", value: "3" } },
            reason: { why: { type: "static_select", selected_option: { value: "clear" } } },
          },
        },
      },
    });
    expect(slack.views()).toEqual([]);
  });

  test("the bot's errors stay at their inputs and the modal stays open", async () => {
    await opened("errors");
    expect(await slack.submitView({ userId: lead, entered: filled })).toEqual({
      ok: false,
      error: "input_errors",
      errors: { replicas: "Too many for this node." },
    });
    expect(slack.views()).toHaveLength(1);
    await close();
  });

  test("update keeps the view's id, push puts one on top, clear closes all", async () => {
    const id = await opened("update");
    await slack.submitView({ userId: lead, entered: filled });
    expect(slack.views()).toMatchObject([{ view: { id, title: { text: "Second" } } }]);
    await bot.app.client.views.update({ view_id: id, view: modal("First", { private_metadata: "push" }) });
    await slack.submitView({ userId: lead, entered: filled });
    expect(slack.views().map(({ view }) => view.title.text)).toEqual(["First", "On top"]);
    expect(slack.views()[1]?.view).toMatchObject({ root_view_id: id, previous_view_id: id });
    await slack.submitView({ userId: lead, entered: filled });
    expect(slack.views()).toEqual([]);
  });

  test("a view Slack would refuse is refused as an answer too", async () => {
    await opened("too-long");
    expect(await slack.submitView({ userId: lead, entered: filled })).toEqual({
      ok: false,
      error: "dispatch_unknown_error",
    });
    await close();
  });

  test("what was entered survives an update by the bot", async () => {
    const id = await opened("errors");
    await slack.submitView({ userId: lead, entered: filled });
    await bot.app.client.views.update({ view_id: id, view: modal("Again", { private_metadata: "" }) });
    expect(slack.views()[0]?.view.state.values).toMatchObject({ replicas: { count: { value: "3" } } });
    expect(await slack.submitView({ userId: lead })).toEqual({ ok: true });
  });

  test("closing tells a bot that asked", async () => {
    const id = await opened("");
    await slack.closeView({ userId: lead, viewId: id });
    expect(bodies("closed")[0]).toMatchObject({ type: "view_closed", is_cleared: false, view: { id } });
  });

  test("a trigger opens one view and only for three seconds", () => {
    let now = 1_763_640_000_000;
    const triggers = createTriggers(() => now, 3_000);
    const first = triggers.issue(lead);
    expect(triggers.use(first)).toEqual({ kind: "good", user: lead });
    expect(triggers.use(first)).toEqual({ kind: "refused", error: "exchanged_trigger_id" });
    const late = triggers.issue(lead);
    now += 3_001;
    expect(triggers.use(late)).toEqual({ kind: "refused", error: "expired_trigger_id" });
    expect(triggers.use("1.guess")).toEqual({ kind: "refused", error: "invalid_trigger_id" });
  });

  test("an old hash does not overwrite a newer view", async () => {
    const id = await opened("");
    const hash = slack.views()[0]?.view.hash ?? "";
    await bot.app.client.views.update({ view_id: id, hash, view: modal("Newer") });
    await expect(bot.app.client.views.update({ view_id: id, hash, view: modal("Older") })).rejects.toMatchObject({
      data: { error: "hash_conflict" },
    });
    await close();
  });
});

describe("commands, shortcuts, options", () => {
  test("a command is answered with a text, a message for all, or later", async () => {
    expect(await slack.slash("/incident text", lead)).toEqual({ ok: true });
    expect(bodies("command")[0]).toMatchObject({
      command: "/incident",
      text: "text",
      user_id: lead,
      channel_id: channel,
      channel_name: "incidents",
    });
    expect(slack.ephemerals().at(-1)).toMatchObject({ user: lead, message: { text: "plain answer" } });
    await slack.slash("/incident loud", lead);
    expect(slack.messages(channel).at(-1)).toMatchObject({ text: "for everyone", bot_id: "B0LOCALBOT1" });
    await slack.slash("/incident later", lead);
    await vi.waitFor(() => expect(slack.ephemerals().at(-1)?.message.text).toBe("a late answer"));
  });

  test("a response_url takes five answers", async () => {
    await slack.slash("/incident six", lead);
    await vi.waitFor(() => expect(bodies("refused")).toHaveLength(1));
    expect(
      slack
        .ephemerals()
        .slice(-5)
        .map(({ message }) => message.text),
    ).toEqual([0, 1, 2, 3, 4].map((i) => `answer ${i}`));
  });

  test("shortcuts on a message and without one", async () => {
    const ts = slack.say(channel, "this looks bad", viewer) ?? "";
    expect(await slack.shortcut({ callbackId: "declare", channel, ts, userId: lead })).toEqual({ ok: true });
    expect(bodies("shortcut")[0]).toMatchObject({
      type: "message_action",
      message_ts: ts,
      message: { text: "this looks bad" },
      channel: { id: channel },
    });
    await slack.shortcut({ callbackId: "help", userId: lead });
    expect(bodies("shortcut")[1]).toMatchObject({ type: "shortcut", callback_id: "help" });
  });

  test("an external select asks the bot for options", async () => {
    const { ts = "" } = await bot.app.client.chat.postMessage({
      channel,
      text: "x",
      blocks: [{ type: "actions", elements: [{ type: "external_select", action_id: "pick" }] }],
    });
    expect(await slack.suggest({ channel, ts, actionId: "pick", value: "ord", userId: lead })).toMatchObject([
      { value: "orders" },
    ]);
    expect(bodies("options")[0]).toMatchObject({ type: "block_suggestion", value: "ord", action_id: "pick" });
  });
});

describe("events", () => {
  test("a mention comes as app_mention and as message, with people's text escaped", async () => {
    const ts = slack.say(channel, "@kubemend why? <!channel> & #ops", viewer) ?? "";
    await vi.waitFor(() => expect(bodies("mention")).toHaveLength(1));
    const text = "<@U0LOCALBOT1> why? &lt;!channel&gt; &amp; <#C0LOCALOPS1|ops>";
    expect(bodies("mention")[0]).toMatchObject({
      type: "event_callback",
      event_id: expect.stringMatching(/^Ev/),
      event: { type: "app_mention", text, ts, channel, user: viewer },
    });
    await vi.waitFor(() => expect(bodies("message").some((message) => message.text === text)).toBe(true));
  });

  test("opening the home lets the bot publish it", async () => {
    slack.openHome(lead);
    await vi.waitFor(() => expect(slack.home(lead)?.blocks).toMatchObject([{ type: "divider" }]));
  });

  test("reactions are told", async () => {
    const ts = await post("approve");
    slack.react(channel, ts, "+1", viewer);
    await vi.waitFor(() =>
      expect(bodies("reaction")).toMatchObject([
        { user: viewer, reaction: "+1", item: { channel, ts }, item_user: "U0LOCALBOT1" },
      ]),
    );
  });
});

test("a bot that cannot be reached: dispatch_failed", async () => {
  await using alone = await startLocalSlack({ botUrl: "http://127.0.0.1:9/never" });
  expect(await alone.slash("/incident list", lead)).toEqual({ ok: false, error: "dispatch_failed" });
  alone.setBotUrl(undefined);
  expect(await alone.slash("/incident list", lead)).toEqual({ ok: false, error: "dispatch_failed" });
});

test("the request URL is verified by its echo", async () => expect(await slack.verifyBotUrl()).toBe(true));

describe("the request itself", () => {
  test("every request is signed, events are retried with number and reason, up to three times", async () => {
    const requests: { body: string; headers: Record<string, unknown> }[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        requests.push({ body: Buffer.concat(chunks).toString(), headers: request.headers });
        response.writeHead(500).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    await using other = await startLocalSlack({
      botUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      eventRetryDelaysMs: [1, 1, 1],
    });
    other.say(channel, "hello", lead);
    await vi.waitFor(() => expect(requests).toHaveLength(4));
    await vi.waitFor(() => expect(other.pendingEvents()).toBe(0));
    expect(requests.map(({ headers }) => headers["x-slack-retry-num"])).toEqual([undefined, "1", "2", "3"]);
    expect(requests[1]?.headers["x-slack-retry-reason"]).toBe("http_status_500");
    for (const { body, headers } of requests) {
      const base = `v0:${String(headers["x-slack-request-timestamp"])}:${body}`;
      expect(headers["x-slack-signature"]).toBe(
        `v0=${createHmac("sha256", other.signingSecret).update(base).digest("hex")}`,
      );
    }
    expect(new Set(requests.map(({ body }) => JSON.parse(body).event_id)).size).toBe(1);
    await new Promise((resolve) => server.close(resolve));
  });
});
