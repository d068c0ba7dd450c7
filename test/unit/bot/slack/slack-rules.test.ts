import { describe, expect, test } from "vitest";
import type { IncidentView } from "../../../../src/bot/incident-view.ts";
import { escalationReply } from "../../../../src/bot/slack/deliver/escalation.ts";
import { paceSlack } from "../../../../src/bot/slack/deliver/pace.ts";
import { channelOf, type Route } from "../../../../src/bot/slack/deliver/route.ts";
import {
  decodeSilence,
  encodeSilence,
  parseDuration,
  parseSilence,
} from "../../../../src/bot/slack/render/silence-request.ts";
import type { OutgoingMessage, SlackOutcome, SlackPort } from "../../../../src/bot/slack/slack-port.ts";
import { clean, incidentView } from "../../../support/incident-view.ts";

const minute = 60_000;
const hour = 60 * minute;

describe("what is typed after /incident silence", () => {
  const now = Date.parse("2026-05-04T20:30:00Z");
  test.each([
    {
      words: "shop/carts 2h",
      want: { matcher: { namespace: "shop", name: "carts" }, startsInMs: 0, durationMs: 2 * hour, reason: "" },
    },
    {
      words: "deployment/shop/carts 1h30m a b",
      want: {
        matcher: { kind: "Deployment", namespace: "shop", name: "carts" },
        startsInMs: 0,
        durationMs: 90 * minute,
        reason: "a b",
      },
    },
    {
      words: "node/worker-1 1d",
      want: { matcher: { kind: "Node", name: "worker-1" }, startsInMs: 0, durationMs: 24 * hour, reason: "" },
    },
    {
      words: "shop/* 30min",
      want: { matcher: { namespace: "shop" }, startsInMs: 0, durationMs: 30 * minute, reason: "" },
    },
    {
      words: "detector:log-burst 1h",
      want: { matcher: { detector: "log-burst" }, startsInMs: 0, durationMs: hour, reason: "" },
    },
    { words: "all 10m", want: { matcher: {}, startsInMs: 0, durationMs: 10 * minute, reason: "" } },
    {
      words: "carts 1h in 3h upgrade",
      want: { matcher: { name: "carts" }, startsInMs: 3 * hour, durationMs: hour, reason: "upgrade" },
    },
    {
      words: "carts 1h at 22:00 upgrade",
      want: { matcher: { name: "carts" }, startsInMs: 90 * minute, durationMs: hour, reason: "upgrade" },
    },
    {
      words: "carts 1h at 20:00",
      want: { matcher: { name: "carts" }, startsInMs: 23.5 * hour, durationMs: hour, reason: "" },
    },
    {
      words: "carts 1h at 2026-05-04T21:00:00Z",
      want: { matcher: { name: "carts" }, startsInMs: 30 * minute, durationMs: hour, reason: "" },
    },
  ])("$words", ({ words, want }) => {
    const parsed = parseSilence(words.split(" "), now, "UTC");
    if (!parsed.ok || !parsed.matcher) throw new Error("it is understood");
    const request = { matcher: parsed.matcher, ...parsed.request };
    expect(request).toMatchObject(want);
    expect(decodeSilence(encodeSilence(request), now)).toEqual(want);
  });

  test.each([
    "",
    "carts",
    "carts soon",
    "carts 0m",
    "carts 1h at yesterday",
    "* 1h",
    "a/b/c/d 1h",
    "<!channel> 1h",
    "carts 1h in x",
    "carts 1h at 2020-01-01T00:00Z",
    "carts until",
    "carts until soon",
    "carts until 2020-01-01T00:00Z",
    "carts at 22:00",
  ])("%j is answered with how to say it", (words) => {
    expect(parseSilence(words.split(" ").filter(Boolean), now, "UTC")).toMatchObject({
      ok: false,
      text: expect.stringContaining("Say what"),
    });
  });
  test.each(["", "1", "h", "1x", "-1h", "1h ", "99999h"])("%j is no duration", (text) =>
    expect(parseDuration(text)).toBeUndefined());
  test.each([
    "",
    "{}",
    "null",
    '{"matcher":{"x":1},"startsInMs":0,"durationMs":1,"reason":""}',
  ])("%j is no silence of ours", (text) => expect(decodeSilence(text, now)).toBeUndefined());

  const silenceFor = (words: string, at: string, timeZone: string) => {
    const asked = Date.parse(at);
    const parsed = parseSilence(words.split(" "), asked, timeZone);
    if (!parsed.ok) throw new Error(parsed.text);
    const from = asked + parsed.request.startsInMs;
    const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);
    return `${iso(from)} ${iso(from + parsed.request.durationMs)}`;
  };
  test.each([
    {
      name: "by the person's clock",
      words: "carts until 22:00",
      at: "2026-05-04T18:00:00Z",
      zone: "Europe/Berlin",
      want: "2026-05-04T18:00 2026-05-04T20:00",
    },
    {
      name: "on the other side of the day",
      words: "carts until 22:00",
      at: "2026-05-04T20:30:00Z",
      zone: "Europe/Berlin",
      want: "2026-05-04T20:30 2026-05-05T20:00",
    },
    {
      name: "where it is another day already",
      words: "carts until 02:00",
      at: "2026-05-04T16:00:00Z",
      zone: "Asia/Tokyo",
      want: "2026-05-04T16:00 2026-05-04T17:00",
    },
    {
      name: "half an hour off",
      words: "carts 1h at 22:00",
      at: "2026-05-04T12:00:00Z",
      zone: "Asia/Kolkata",
      want: "2026-05-04T16:30 2026-05-04T17:30",
    },
    {
      name: "from a time to a time",
      words: "carts at 22:00 until 02:00 night shift",
      at: "2026-05-04T12:00:00Z",
      zone: "America/New_York",
      want: "2026-05-05T02:00 2026-05-05T06:00",
    },
    {
      name: "a day of one's own calendar",
      words: "carts 2h at 2026-05-06T08:00",
      at: "2026-05-04T12:00:00Z",
      zone: "Europe/Berlin",
      want: "2026-05-06T06:00 2026-05-06T08:00",
    },
    {
      name: "with an offset it is that moment",
      words: "carts until 2026-05-04T22:00Z",
      at: "2026-05-04T12:00:00Z",
      zone: "Asia/Tokyo",
      want: "2026-05-04T12:00 2026-05-04T22:00",
    },
    // 29 March 2026: 02:00 becomes 03:00 in Berlin. 25 October: 03:00 becomes 02:00.
    {
      name: "over the night that loses an hour",
      words: "carts until 08:00",
      at: "2026-03-28T21:00:00Z",
      zone: "Europe/Berlin",
      want: "2026-03-28T21:00 2026-03-29T06:00",
    },
    {
      name: "over the night that gains one",
      words: "carts until 08:00",
      at: "2026-10-24T20:00:00Z",
      zone: "Europe/Berlin",
      want: "2026-10-24T20:00 2026-10-25T07:00",
    },
    {
      name: "at a time that is left out: an hour later by the clock",
      words: "carts 1h at 02:30",
      at: "2026-03-28T21:00:00Z",
      zone: "Europe/Berlin",
      want: "2026-03-29T01:30 2026-03-29T02:30",
    },
    {
      name: "at a time that comes twice: the first",
      words: "carts until 02:30",
      at: "2026-10-24T23:00:00Z",
      zone: "Europe/Berlin",
      want: "2026-10-24T23:00 2026-10-25T00:30",
    },
    {
      name: "between the two: the second",
      words: "carts until 02:30",
      at: "2026-10-25T00:45:00Z",
      zone: "Europe/Berlin",
      want: "2026-10-25T00:45 2026-10-25T01:30",
    },
  ])("$name: $words, asked at $at in $zone", ({ words, at, zone, want }) =>
    expect(silenceFor(words, at, zone)).toBe(want));

  test("named times stay where they are however late somebody agrees; lengths begin then", () => {
    const minutes = 60_000;
    const asked = (words: string) => {
      const parsed = parseSilence(words.split(" "), now, "UTC");
      if (!parsed.ok || !parsed.matcher) throw new Error("it is understood");
      return encodeSilence({ matcher: parsed.matcher, ...parsed.request });
    };
    // It is 20:30.
    const agreed = (words: string, after: number) => decodeSilence(asked(words), now + after * minutes);
    expect(agreed("carts until 22:00", 20)).toMatchObject({ startsInMs: 0, durationMs: 70 * minutes });
    expect(agreed("carts 1h at 22:00", 20)).toMatchObject({ startsInMs: 70 * minutes, durationMs: 60 * minutes });
    expect(agreed("carts 1h at 22:00", 100)).toMatchObject({ startsInMs: 0, durationMs: 50 * minutes });
    expect(agreed("carts until 22:00", 100), "its time has passed").toBeUndefined();
    expect(agreed("carts 2h", 20)).toMatchObject({ startsInMs: 0, durationMs: 120 * minutes });
  });
});

describe("routes", () => {
  const routes: Route[] = [
    { severities: ["critical"], namespaces: ["prod-*"], channel: "#page" },
    { labels: { team: "pay" }, channel: "#pay" },
    { namespaces: ["prod-*", "shared"], channel: "#prod" },
    { namespaces: ["*-test-*"], channel: "#test" },
  ];
  test.each([
    {
      name: "the first that matches decides",
      namespace: "prod-eu",
      severity: "critical",
      labels: { team: "pay" },
      want: "#page",
    },
    {
      name: "labels of the target",
      namespace: "prod-eu",
      severity: "high",
      labels: { team: "pay", x: "y" },
      want: "#pay",
    },
    { name: "namespaces by pattern", namespace: "prod-eu", severity: "high", labels: {}, want: "#prod" },
    { name: "a pattern means all of the name", namespace: "my-prod-eu", severity: "high", labels: {}, want: undefined },
    { name: "several stars", namespace: "a-test-b", severity: "low", labels: {}, want: "#test" },
    { name: "a node is in no namespace", namespace: undefined, severity: "critical", labels: {}, want: undefined },
  ] as const)("$name", ({ namespace, severity, labels, want }) => {
    const target = { kind: "Deployment", name: "x", ...(namespace ? { namespace } : {}) };
    expect(channelOf(routes, { target, severity }, labels)).toBe(want);
  });
});

describe("escalation", () => {
  const escalation = { afterMs: 15 * minute, severities: ["critical"], groupId: "S1", groupName: "sre" } as const;
  const opened = incidentView.incident.openedAt;
  const with_ = (change: Partial<IncidentView["incident"]>, timeline: IncidentView["timeline"] = []): IncidentView => ({
    ...incidentView,
    incident: { ...incidentView.incident, ...change },
    timeline,
  });
  const back = [{ id: "9", at: opened + 60 * minute, kind: "recurred", text: clean("back") }];
  test.each([
    { name: "not before its time", view: with_({}), after: 15 * minute - 1, want: undefined },
    { name: "when nobody has taken it", view: with_({}), after: 15 * minute, want: "escalation:0" },
    { name: "not when somebody has", view: with_({ status: "acknowledged" }), after: hour, want: undefined },
    { name: "not for lesser ones", view: with_({ severity: "high" }), after: hour, want: undefined },
    {
      name: "what came back begins anew",
      view: with_({ status: "reopened" }, back),
      after: 70 * minute,
      want: undefined,
    },
    {
      name: "and is called for again",
      view: with_({ status: "reopened" }, back),
      after: 75 * minute,
      want: "escalation:9",
    },
  ])("$name", ({ view, after, want }) => {
    const call = escalationReply(view, escalation, opened + after);
    expect(call?.key).toBe(want);
    if (call) expect([call.broadcast, call.text]).toEqual([true, expect.stringContaining("<!subteam^S1>")]);
  });
});

describe("Slack's pace", () => {
  const message = (channel: string, threadTs?: string): OutgoingMessage => ({
    channel,
    text: "t",
    blocks: [],
    postId: "p",
    ...(threadTs ? { threadTs } : {}),
  });
  function paced(answer: () => SlackOutcome<{ channel: string; ts: string }>) {
    const time = { now: 0 };
    let calls = 0;
    const post = async () => {
      calls++;
      return answer();
    };
    const slack = paceSlack({ post, update: post } as unknown as SlackPort, { now: () => time.now });
    return { slack, time, calls: () => calls };
  }
  const fine = () => ({ ok: true, value: { channel: "C1", ts: "1" } }) as const;

  test("a minute of messages as fast as they can: one a second after the burst, and the rest put off unasked", async () => {
    const { slack, time, calls } = paced(fine);
    let later = 0;
    for (; time.now < minute; time.now += 100) if (!(await slack.post(message("C1"))).ok) later++;
    expect(calls()).toBe(4 + 59);
    expect(later).toBe(600 - calls());
    expect(slack.paceStats.putOff).toBe(later);
  });

  test("replies leave room for messages", async () => {
    const { slack } = paced(fine);
    const replies = [];
    for (let i = 0; i < 4; i++) replies.push((await slack.post(message("C1", "1"))).ok);
    expect(replies).toEqual([true, true, false, false]);
    expect((await slack.post(message("C1"))).ok).toBe(true);
  });

  test("edits keep to fifty a minute over all channels", async () => {
    const { slack, time, calls } = paced(fine);
    for (let i = 0; time.now < minute; time.now += 100, i++) await slack.update({ ...message(`C${i % 7}`), ts: "1" });
    expect(calls()).toBeLessThanOrEqual(25 + 50);
    expect(calls()).toBeGreaterThanOrEqual(25 + 49);
  });

  test("a channel that was told to wait rests that long; another does not", async () => {
    const { slack, time, calls } = paced(() => ({
      ok: false,
      failure: { type: "later", code: "ratelimited", retryAfterSeconds: 30 },
    }));
    await slack.post(message("C1"));
    expect(await slack.post(message("C1"))).toMatchObject({
      failure: { code: "channel-rests", retryAfterSeconds: 30 },
    });
    await slack.post(message("C2"));
    expect(calls()).toBe(2);
    time.now = 30_000;
    await slack.post(message("C1"));
    expect(calls()).toBe(3);
  });

  test("a channel that does not answer rests longer each time", async () => {
    const { slack, time } = paced(() => ({ ok: false, failure: { type: "unsure", code: "timeout" } }));
    const rests = [];
    for (let i = 0; i < 6; i++) {
      await slack.post(message("C1"));
      const told = await slack.post(message("C1"));
      const seconds = told.ok || told.failure.type !== "later" ? 0 : (told.failure.retryAfterSeconds ?? 0);
      rests.push(seconds);
      time.now += seconds * 1_000;
    }
    expect(rests).toEqual([2, 4, 8, 16, 32, 60]);
  });
});
