import { describe, expect, test } from "vitest";
import { hearEvent } from "../../../../src/bot/slack/listen/heard-event.ts";

const said = (event: object) => ({
  type: "event_callback",
  event_id: "Ev1",
  authorizations: [{ user_id: "UBOT" }],
  event: { type: "message", user: "U1", channel: "C1", ts: "2.0", thread_ts: "1.0", ...event },
});

describe("what people ask is heard", () => {
  test.each([
    { name: "in a thread", event: { text: "why does it restart?" } },
    { name: "in a thread, shown in the channel too", event: { text: "why?", subtype: "thread_broadcast" } },
    { name: "with a picture", event: { text: "why does it look like this?", subtype: "file_share" } },
    { name: "directly, with a file", event: { text: "why", channel_type: "im", subtype: "file_share" } },
  ])("$name", ({ event }) => {
    expect(hearEvent(said(event))).toMatchObject({ id: "Ev1", event: { kind: "question", text: event.text } });
  });

  test.each([
    { name: "an edit", event: { text: "why?", subtype: "message_changed" } },
    { name: "somebody who joins", event: { text: "<@U1> has joined?", subtype: "channel_join" } },
    { name: "a bot", event: { text: "why?", subtype: "bot_message", bot_id: "B1" } },
    { name: "a bot with a file", event: { text: "why?", subtype: "file_share", bot_id: "B1" } },
    { name: "ourselves", event: { text: "why?", user: "UBOT" } },
  ])("$name is none", ({ event }) => expect(hearEvent(said(event))).toBeUndefined());

  test.each([
    { sent: "is p95 &gt; 2 s &amp; rising?", read: "is p95 > 2 s & rising?" },
    {
      sent: "what is <https://x.example/a?b=1&amp;c=2|the dashboard> for, <@U2>, in <#C2|ops>?",
      read: "what is the dashboard for, , in ops?",
    },
    { sent: "<@UBOT> why is &lt;none&gt; pulled?", read: "why is <none> pulled?" },
  ])("as it was written: $read", ({ sent, read }) => {
    const event = { type: "app_mention", text: sent };
    expect(hearEvent(said(event))?.event.text).toBe(read);
  });
});
