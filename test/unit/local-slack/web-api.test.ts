import { WebClient } from "@slack/web-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LocalSlack } from "../../../src/local-slack/local-slack.ts";
import { startLocalSlack } from "../../../src/local-slack/start-local-slack.ts";
import { reviewModal } from "../../browser/local-slack/sample-blocks.ts";

const lead = "U0LOCALLEAD";
const incidents = "C0LOCALINCI";
let slack: LocalSlack;
let client: WebClient;

beforeAll(async () => {
  slack = await startLocalSlack({
    channels: [
      { id: incidents, name: "incidents" },
      { id: "C0CLOSED001", name: "closed", bot_is_member: false },
      { id: "C0PRIVATE01", name: "secret", is_private: true, bot_is_member: false },
      { id: "C0ARCHIVED1", name: "old", is_archived: true },
    ],
  });
  client = clientWith(slack.botToken);
});
afterAll(() => slack.close());

function clientWith(token: string): WebClient {
  return new WebClient(token, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 }, logger: quiet });
}

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  setName: () => undefined,
  getLevel: () => "error" as never,
};

/** Slack's error code of a call that fails. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return "no error";
  } catch (cause) {
    return (cause as { data?: { error?: string } }).data?.error ?? String(cause);
  }
}

describe("who may call", () => {
  test.each([
    { name: "no token", token: "", want: "not_authed" },
    { name: "a wrong token", token: "xoxb-wrong", want: "invalid_auth" },
  ])("$name: $want", async ({ token, want }) => {
    const response = await fetch(`${slack.apiUrl}auth.test`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ok: false, error: want });
  });

  test("the app-level token opens sockets only", async () => {
    const app = clientWith(slack.appToken);
    expect(await errorOf(app.auth.test())).toBe("not_allowed_token_type");
    expect((await app.apps.connections.open()).url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/link\//);
    expect(await errorOf(client.apps.connections.open())).toBe("not_allowed_token_type");
  });

  test("the token may also come in the form or a JSON body", async () => {
    const asForm = await fetch(`${slack.apiUrl}auth.test`, {
      method: "POST",
      body: new URLSearchParams({ token: slack.botToken }),
    });
    expect(await asForm.json()).toMatchObject({ ok: true, user_id: "U0LOCALBOT1" });
    const asJson = await fetch(`${slack.apiUrl}chat.postMessage`, {
      method: "POST",
      headers: { authorization: `Bearer ${slack.botToken}`, "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify({ channel: incidents, text: "from JSON", blocks: [{ type: "divider" }] }),
    });
    expect(await asJson.json()).toMatchObject({ ok: true, channel: incidents, message: { text: "from JSON" } });
  });

  test("a method that does not exist", async () => {
    expect(await errorOf(client.apiCall("chat.nope"))).toBe("unknown_method");
    expect(await errorOf(client.apiCall("constructor"))).toBe("unknown_method");
  });
});

describe("messages", () => {
  test("what is posted comes back from history, with metadata when asked for", async () => {
    const metadata = { event_type: "incident", event_payload: { id: "i-1" } };
    const posted = await client.chat.postMessage({
      channel: "#incidents",
      text: "hello",
      metadata,
      blocks: [{ type: "divider" }],
    });
    expect(posted.message).toMatchObject({
      type: "message",
      user: "U0LOCALBOT1",
      bot_id: "B0LOCALBOT1",
      app_id: "A0LOCALAPP1",
    });
    const plain = await client.conversations.history({ channel: incidents, limit: 1 });
    expect(plain.messages?.[0]).toMatchObject({ ts: posted.ts, text: "hello" });
    expect(plain.messages?.[0]?.metadata).toBeUndefined();
    expect(plain.messages?.[0]?.blocks?.[0]?.block_id).toEqual(expect.any(String));
    const full = await client.conversations.history({ channel: incidents, limit: 1, include_all_metadata: true });
    expect(full.messages?.[0]?.metadata).toEqual(metadata);
  });

  test("an update keeps what it does not mention and marks the message as edited", async () => {
    const { ts = "" } = await client.chat.postMessage({
      channel: incidents,
      text: "before",
      blocks: [{ type: "divider" }],
      metadata: { event_type: "a", event_payload: {} },
    });
    await client.chat.update({ channel: incidents, ts, text: "after" });
    const [message] = slack.messages(incidents).slice(-1);
    expect(message).toMatchObject({ text: "after", edited: { user: "U0LOCALBOT1" }, metadata: { event_type: "a" } });
    expect(message?.blocks).toHaveLength(1);
    await client.chat.update({ channel: incidents, ts, text: "bare", blocks: [] });
    expect(slack.messages(incidents).at(-1)?.blocks).toEqual([]);
  });

  test("threads count their replies; history leaves replies out, except broadcasts", async () => {
    const { ts = "" } = await client.chat.postMessage({ channel: incidents, text: "parent" });
    const first = await client.chat.postMessage({ channel: incidents, text: "one", thread_ts: ts });
    await client.chat.postMessage({ channel: incidents, text: "two", thread_ts: first.ts ?? "" });
    const loud = await client.chat.postMessage({
      channel: incidents,
      text: "loud",
      thread_ts: ts,
      reply_broadcast: true,
    });
    const replies = await client.conversations.replies({ channel: incidents, ts });
    expect(replies.messages?.map(({ text }) => text)).toEqual(["parent", "one", "two", "loud"]);
    expect(replies.messages?.[0]).toMatchObject({ reply_count: 3, latest_reply: loud.ts });
    const history = await client.conversations.history({ channel: incidents, oldest: ts, inclusive: true });
    expect(history.messages?.map(({ text }) => text)).toEqual(["loud", "parent"]);
    await client.chat.delete({ channel: incidents, ts });
    expect(slack.messages(incidents).find((message) => message.ts === ts)).toMatchObject({ subtype: "tombstone" });
  });

  test("history pages with a cursor and honours the window", async () => {
    const channel = (await client.conversations.open({ users: lead })).channel?.id ?? "";
    for (let i = 0; i < 5; i += 1) await client.chat.postMessage({ channel: lead, text: `m${i}` });
    const seen: string[] = [];
    for await (const page of client.paginate("conversations.history", { channel, limit: 2 }))
      seen.push(...((page as { messages?: { text: string }[] }).messages ?? []).map(({ text }) => text));
    expect(seen).toEqual(["m4", "m3", "m2", "m1", "m0"]);
    const third = slack.messages(channel)[2]?.ts as string;
    const later = await client.conversations.history({ channel, oldest: third });
    expect(later.messages?.map(({ text }) => text)).toEqual(["m4", "m3"]);
  });

  test.each<{ name: string; call: (c: WebClient) => Promise<unknown>; want: string }>([
    {
      name: "an unknown channel",
      call: (c) => c.chat.postMessage({ channel: "C0NOWHERE00", text: "x" }),
      want: "channel_not_found",
    },
    {
      name: "a channel without the bot",
      call: (c) => c.chat.postMessage({ channel: "C0CLOSED001", text: "x" }),
      want: "not_in_channel",
    },
    {
      name: "a private channel without the bot",
      call: (c) => c.chat.postMessage({ channel: "C0PRIVATE01", text: "x" }),
      want: "channel_not_found",
    },
    {
      name: "an archived channel",
      call: (c) => c.chat.postMessage({ channel: "old", text: "x" }),
      want: "is_archived",
    },
    { name: "nothing to say", call: (c) => c.chat.postMessage({ channel: incidents, text: "" }), want: "no_text" },
    {
      name: "too much to say",
      call: (c) => c.chat.postMessage({ channel: incidents, text: "x".repeat(40_001) }),
      want: "msg_too_long",
    },
    {
      name: "a thread that is gone",
      call: (c) => c.chat.postMessage({ channel: incidents, text: "x", thread_ts: "1.000001" }),
      want: "thread_not_found",
    },
    {
      name: "a thread_ts that is none",
      call: (c) => c.chat.postMessage({ channel: incidents, text: "x", thread_ts: "0" }),
      want: "invalid_thread_ts",
    },
    {
      name: "an update of nothing",
      call: (c) => c.chat.update({ channel: incidents, ts: "1.000001", text: "x" }),
      want: "message_not_found",
    },
    {
      name: "an update of 4,001 characters",
      call: async (c) =>
        c.chat.update({
          channel: incidents,
          ts: (await c.chat.postMessage({ channel: incidents, text: "x" })).ts ?? "",
          text: "x".repeat(4_001),
        }),
      want: "msg_too_long",
    },
    {
      name: "an update of somebody else's",
      call: (c) => c.chat.update({ channel: incidents, ts: slack.say(incidents, "mine", lead) ?? "", text: "x" }),
      want: "cant_update_message",
    },
    {
      name: "a deletion of somebody else's",
      call: (c) => c.chat.delete({ channel: incidents, ts: slack.say(incidents, "mine", lead) ?? "" }),
      want: "cant_delete_message",
    },
    {
      name: "an ephemeral to somebody outside",
      call: (c) => c.chat.postEphemeral({ channel: incidents, user: "U0NOBODY000", text: "x" }),
      want: "user_not_in_channel",
    },
    {
      name: "markdown beside text",
      call: (c) => c.apiCall("chat.postMessage", { channel: incidents, text: "x", markdown_text: "y" }),
      want: "markdown_text_conflict",
    },
    {
      name: "a broken cursor",
      call: (c) => c.conversations.history({ channel: incidents, cursor: "??" }),
      want: "invalid_cursor",
    },
    { name: "a missing channel", call: (c) => c.apiCall("chat.postMessage", { text: "x" }), want: "invalid_arguments" },
    { name: "a user nobody knows", call: (c) => c.users.info({ user: "U0NOBODY000" }), want: "user_not_found" },
    {
      name: "an address nobody has",
      call: (c) => c.users.lookupByEmail({ email: "a@example.org" }),
      want: "users_not_found",
    },
    {
      name: "a group nobody made",
      call: (c) => c.usergroups.users.list({ usergroup: "S0NOBODY000" }),
      want: "no_such_subteam",
    },
    {
      name: "a trigger nobody pulled",
      call: (c) => c.views.open({ trigger_id: "1.2", view: reviewModal() }),
      want: "invalid_trigger_id",
    },
    {
      name: "a view that is not open",
      call: (c) => c.views.update({ view_id: "V0NOBODY000", view: reviewModal() }),
      want: "not_found",
    },
  ])("$name: $want", async ({ call, want }) => expect(await errorOf(call(client))).toBe(want));

  test("bad blocks are refused with the place, as Slack words it", async () => {
    const call = client.chat.postMessage({
      channel: incidents,
      text: "x",
      blocks: [{ type: "section", text: { type: "mrkdwn", text: "x".repeat(3_001) } }],
    });
    await expect(call).rejects.toMatchObject({
      data: {
        ok: false,
        error: "invalid_blocks",
        errors: [
          "failed to match all allowed schemas [json-pointer:/blocks/0/text]",
          "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ],
        response_metadata: {
          messages: expect.arrayContaining([
            "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
          ]),
        },
      },
    });
  });

  test("a permalink leads to the message on the page", async () => {
    const { ts = "" } = await client.chat.postMessage({ channel: incidents, text: "here" });
    const { permalink = "" } = await client.chat.getPermalink({ channel: incidents, message_ts: ts });
    const response = await fetch(permalink, { redirect: "manual" });
    expect(response.headers.get("location")).toBe(`/#/${incidents}/${ts}`);
  });

  test("a scheduled message is listed, and gone when deleted", async () => {
    const postAt = Math.floor(Date.now() / 1000) + 3_600;
    const { scheduled_message_id: id = "" } = await client.chat.scheduleMessage({
      channel: incidents,
      text: "later",
      post_at: postAt,
    });
    expect((await client.chat.scheduledMessages.list()).scheduled_messages).toMatchObject([
      { id, post_at: postAt, text: "later" },
    ]);
    await client.chat.deleteScheduledMessage({ channel: incidents, scheduled_message_id: id });
    expect((await client.chat.scheduledMessages.list()).scheduled_messages).toEqual([]);
    expect(await errorOf(client.chat.scheduleMessage({ channel: incidents, text: "x", post_at: 1 }))).toBe(
      "time_in_past",
    );
  });

  test("reactions are counted once for each person", async () => {
    const { ts = "" } = await client.chat.postMessage({ channel: incidents, text: "react" });
    await client.reactions.add({ channel: incidents, timestamp: ts, name: "eyes" });
    slack.react(incidents, ts, "eyes", lead);
    expect(await errorOf(client.reactions.add({ channel: incidents, timestamp: ts, name: "eyes" }))).toBe(
      "already_reacted",
    );
    const { message } = (await client.reactions.get({ channel: incidents, timestamp: ts })) as {
      message?: { reactions?: unknown };
    };
    expect(message?.reactions).toEqual([{ name: "eyes", users: ["U0LOCALBOT1", lead], count: 2 }]);
    await client.reactions.remove({ channel: incidents, timestamp: ts, name: "eyes" });
    expect(await errorOf(client.reactions.remove({ channel: incidents, timestamp: ts, name: "eyes" }))).toBe(
      "no_reaction",
    );
  });
});

describe("people and conversations", () => {
  test("guests and strangers can be told apart, and strangers have no address", async () => {
    const guest = await client.users.info({ user: "U0LOCALGUES" });
    expect(guest.user).toMatchObject({ is_restricted: true, profile: { email: "guest@example.net" } });
    const stranger = await client.users.info({ user: "U0LOCALSTRG" });
    expect(stranger.user).toMatchObject({ is_stranger: true });
    expect(stranger.user?.team_id).not.toBe("T0LOCAL0001");
    expect(stranger.user?.profile?.email).toBeUndefined();
    const all = await client.users.list({});
    expect(all.members?.map(({ name }) => name)).not.toContain("partner");
  });

  test("people are found by address, groups with their members", async () => {
    expect((await client.users.lookupByEmail({ email: "Lead@example.com" })).user?.id).toBe(lead);
    expect((await client.usergroups.list({ include_users: true })).usergroups?.[0]).toMatchObject({
      handle: "sre",
      users: [lead, "U0LOCALONCL"],
    });
  });

  test("the bot joins a public channel and may then post", async () => {
    const private_ = await client.conversations.list({
      types: "public_channel,private_channel",
      exclude_archived: true,
    });
    expect(private_.channels?.map(({ name, is_member }) => [name, is_member])).toEqual([
      ["incidents", true],
      ["closed", false],
    ]);
    await client.conversations.join({ channel: "C0CLOSED001" });
    await client.chat.postMessage({ channel: "C0CLOSED001", text: "here now" });
    expect((await client.conversations.members({ channel: "C0CLOSED001" })).members).toContain("U0LOCALBOT1");
  });
});

describe("files", () => {
  test("an upload ends in the thread and can be shown as an image", async () => {
    const { ts = "" } = await client.chat.postMessage({ channel: incidents, text: "chart follows" });
    const png = Buffer.from("iVBORw0KGgo=", "base64");
    const result = await client.filesUploadV2({
      channel_id: incidents,
      thread_ts: ts,
      file: png,
      filename: "chart.png",
      title: "Chart",
      alt_text: "latency",
    });
    const file = (result as unknown as { files: { files: { id: string; mimetype: string; url_private: string }[] }[] })
      .files[0]?.files[0];
    expect(file).toMatchObject({ mimetype: "image/png" });
    expect(slack.replies(incidents, ts)[0]).toMatchObject({ files: [{ id: file?.id, title: "Chart" }] });
    await client.chat.postMessage({
      channel: incidents,
      text: "x",
      blocks: [{ type: "image", alt_text: "latency", slack_file: { id: file?.id ?? "" } }],
    });
    const bytes = await fetch(file?.url_private ?? "", { headers: { authorization: `Bearer ${slack.botToken}` } });
    expect(Buffer.from(await bytes.arrayBuffer())).toEqual(png);
    expect((await fetch(file?.url_private ?? "")).status).toBe(403);
  });

  test("a text file cannot be an image, nor one that was never uploaded", async () => {
    const result = await client.filesUploadV2({ content: "hello", filename: "notes.txt" });
    const id = (result as unknown as { files: { files: { id: string }[] }[] }).files[0]?.files[0]?.id ?? "";
    for (const file of [id, "F0NEVER00001"])
      expect(
        await errorOf(
          client.chat.postMessage({
            channel: incidents,
            text: "x",
            blocks: [{ type: "image", alt_text: "a", slack_file: { id: file } }],
          }),
        ),
      ).toBe("invalid_blocks");
  });

  test("the bytes must be as many as announced", async () => {
    const { upload_url: url = "", file_id: id = "" } = await client.files.getUploadURLExternal({
      filename: "a.txt",
      length: 5,
    });
    expect((await fetch(url, { method: "POST", body: "four" })).status).toBe(400);
    expect(await errorOf(client.files.completeUploadExternal({ files: [{ id }] }))).toBe("file_update_failed");
    expect((await fetch(url, { method: "POST", body: "fives" })).status).toBe(200);
    const done = await client.files.completeUploadExternal({ files: [{ id, title: "A" }] });
    expect(done.files?.[0]).toMatchObject({ id, title: "A" });
  });
});

test("an upload needs its time before it can be shown, as on Slack", async () => {
  let now = 1_763_640_000_000;
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  await using slow = await startLocalSlack({ clock, fileReadyAfterMs: 2_000 });
  const web = new WebClient(slow.botToken, { slackApiUrl: slow.apiUrl, retryConfig: { retries: 0 }, logger: quiet });
  const result = await web.filesUploadV2({ file: Buffer.from("x"), filename: "a.png" });
  const id = (result as unknown as { files: { files: { id: string }[] }[] }).files[0]?.files[0]?.id ?? "";
  const post = () =>
    web.chat.postMessage({
      channel: incidents,
      text: "x",
      blocks: [{ type: "image", alt_text: "a", slack_file: { id } }],
    });
  expect((await web.files.info({ file: id })).file?.mimetype).toBe("");
  expect(await errorOf(post())).toBe("invalid_blocks");
  now += 2_000;
  expect((await web.files.info({ file: id })).file?.mimetype).toBe("image/png");
  expect(await errorOf(post())).toBe("no error");
});

test("a channel keeps its newest messages and counts what went", async () => {
  await using small = await startLocalSlack({ limits: { messagesPerChannel: 3, requestLog: 2 } });
  const web = new WebClient(small.botToken, { slackApiUrl: small.apiUrl, retryConfig: { retries: 0 } });
  for (let i = 0; i < 5; i += 1) await web.chat.postMessage({ channel: incidents, text: `m${i}` });
  expect(small.messages(incidents).map(({ text }) => text)).toEqual(["m2", "m3", "m4"]);
  expect(small.dropped(incidents)).toBe(2);
  expect(small.requests()).toHaveLength(2);
});
