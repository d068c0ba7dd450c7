import { describe, expect, test } from "vitest";
import { type Policy, policySchema } from "../../../../src/actions/policy/policy-file.ts";
import { chatRounds } from "../../../../src/app/chat/chat-rounds.ts";
import { syncSilences } from "../../../../src/app/watch/sync-silences.ts";
import { paceSlack } from "../../../../src/bot/slack/deliver/pace.ts";
import type { SlackPort } from "../../../../src/bot/slack/slack-port.ts";
import { type Silence, silences } from "../../../../src/detection/engine/silence.ts";
import type { Anomaly } from "../../../../src/incident/anomaly.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { listAudit, verifyAudit } from "../../../../src/store/audit.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { deskOf } from "../../../support/desk-of.ts";
import { incidentView } from "../../../support/incident-view.ts";
import { boundless } from "../../../support/plan-life.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

const hour = 3_600_000;
const ana = { id: "slack:U1", name: "Ana" };
const carts: Anomaly = {
  fingerprint: "f",
  detector: "pod-crash-loop",
  family: "state",
  reason: "CrashLoopBackOff",
  target: { kind: "Deployment", namespace: "shop", name: "carts" },
  score: 1,
  severity: "high",
  summary: "carts crashes",
  startsAt: incidentView.incident.onset,
  detectedAt: incidentView.incident.onset,
};
const at = incidentView.incident.openedAt + 60_000;

function silenceDesk(database: TestDatabase, time: { now: number }, policy: Policy = boundless) {
  let suppressed: readonly Silence[] = [];
  const clock = { now: () => time.now, sleep: async () => undefined };
  const sync = syncSilences({
    database,
    engine: {
      suppress(list) {
        suppressed = list;
      },
    },
    cluster: "test",
    clock,
    log: silentLogger,
  });
  const desk = deskOf(database, {
    policy,
    clock,
    cluster: "test",
  });
  const quiet = (anomaly: Anomaly, now: number) => suppressed.some((silence) => silences(silence, anomaly, now));
  return { desk, sync, quiet, clock };
}

describe("a silence", () => {
  test("is a row that detection obeys from its start to its end, and whose making and ending are audited", async () => {
    await using database = await withDatabase();
    const time = { now: at };
    const { desk, sync, quiet } = silenceDesk(database, time);
    const matcher = { namespace: "shop", name: "carts" };
    const made = await desk.silence({ matcher, startsInMs: hour, durationMs: 2 * hour, reason: "migration" }, ana);
    expect(made).toMatchObject({ ok: true, text: expect.stringContaining("shop/carts") });
    await sync.now();
    const other = { ...carts, target: { ...carts.target, name: "orders" } };
    expect([at, at + hour, at + 3 * hour - 1, at + 3 * hour].map((now) => quiet(carts, now))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(quiet(other, at + hour)).toBe(false);
    const [silence] = await desk.silences();
    expect(silence).toMatchObject({ by: ana, reason: "migration", from: at + hour, until: at + 3 * hour });
    time.now = at + hour + 1;
    expect(await desk.endSilence(silence?.id ?? "", { id: "slack:U2", name: "Bo" })).toMatchObject({ ok: true });
    expect(await desk.endSilence(silence?.id ?? "", ana)).toMatchObject({ ok: false });
    await sync.now();
    expect(quiet(carts, time.now)).toBe(false);
    const entries = (await listAudit(database)).map(({ event, actor }) => [event, actor]);
    expect(entries).toEqual([
      ["silence.created", "slack:U1"],
      ["silence.ended", "slack:U2"],
    ]);
    expect(await verifyAudit(database)).toMatchObject({ intact: true });
  });

  test("of another cluster says nothing here", async () => {
    await using database = await withDatabase();
    const { desk } = silenceDesk(database, { now: at });
    await desk.silence({ matcher: {}, startsInMs: 0, durationMs: hour, reason: "" }, ana);
    const elsewhere: (readonly Silence[])[] = [];
    const clock = { now: () => at, sleep: async () => undefined };
    await syncSilences({
      database,
      engine: { suppress: (list) => void elsewhere.push(list) },
      cluster: "other",
      clock,
      log: silentLogger,
    }).now();
    expect(elsewhere).toEqual([[]]);
  });

  test("is previewed: what it would keep quiet now, what it concerns, what it would have kept quiet before", async () => {
    await using database = await withDatabase();
    const { desk } = silenceDesk(database, { now: at });
    await saveIncident(database, { ...incidentView.incident, anomalies: [carts] });
    await saveIncident(database, {
      ...incidentView.incident,
      id: "8",
      groupKey: "g8",
      anomalies: [{ ...carts, detector: "other" }],
    });
    const request = { startsInMs: 0, durationMs: hour, reason: "" };
    const all = await desk.previewSilence({ matcher: { namespace: "shop" }, ...request });
    expect([all.active.length, all.open.map(({ id }) => id).sort(), all.past]).toEqual([
      2,
      ["7", "8"],
      { matched: 2, of: 2, days: 7 },
    ]);
    const one = await desk.previewSilence({ matcher: { detector: "other" }, ...request });
    expect([one.open.map(({ id }) => id), one.past.matched]).toEqual([["8"], 1]);
    const none = await desk.previewSilence({ matcher: { name: "payment" }, ...request });
    expect([none.active, none.open, none.past.matched]).toEqual([[], [], 0]);
  });

  test("that ends soon is told once, to who asked for it, or in the channel when that was not in Slack", async () => {
    await using database = await withDatabase();
    const time = { now: at };
    const { desk, clock } = silenceDesk(database, time);
    await desk.silence({ matcher: { name: "carts" }, startsInMs: 0, durationMs: 2 * hour, reason: "" }, ana);
    await desk.silence({ matcher: { name: "orders" }, startsInMs: 0, durationMs: 10 * 60_000, reason: "short" }, ana);
    const onPage = { id: "mail:bo@example.org", name: "Bo" };
    await desk.silence({ matcher: { name: "payment" }, startsInMs: 0, durationMs: 2 * hour, reason: "" }, onPage);
    const told: [string, string][] = [];
    const slack: Pick<SlackPort, "post"> = {
      post: async ({ channel, text }) => {
        told.push([channel, text]);
        return { ok: true, value: { channel, ts: "1" } };
      },
    };
    const round = async () => {
      const stopping = new AbortController();
      const rounds = chatRounds(
        {
          database,
          jobs: { send: async () => undefined },
          slack,
          cluster: "test",
          channel: "C1",
          clock,
          log: silentLogger,
        },
        stopping.signal,
      );
      setImmediate(() => stopping.abort());
      await rounds;
    };
    await round();
    expect(told).toEqual([]);
    time.now = at + 2 * hour - 10 * 60_000;
    await round();
    await round();
    expect(told.toSorted()).toEqual([
      ["C1", "Silence 3 ends soon"],
      ["U1", "Silence 1 ends soon"],
    ]);
  });

  test("is told all the same when Slack takes only a few messages at once", async () => {
    await using database = await withDatabase();
    const time = { now: at };
    const { desk, clock } = silenceDesk(database, time);
    const names = ["carts", "orders", "payment", "shipping", "user", "queue"];
    for (const name of names)
      await desk.silence({ matcher: { name }, startsInMs: 0, durationMs: 2 * hour, reason: "" }, ana);
    time.now = at + 2 * hour - 10 * 60_000;
    const told: string[] = [];
    let seconds = 0;
    const slack = paceSlack(
      {
        post: async ({ channel, text }) => {
          told.push(text);
          return { ok: true, value: { channel, ts: "1" } };
        },
      } as Pick<SlackPort, "post"> as SlackPort,
      { now: () => seconds * 1_000 },
    );
    for (; seconds < 60; seconds += 5) {
      const stopping = new AbortController();
      const jobs = { send: async () => undefined };
      const deps = { database, jobs, slack, cluster: "test", channel: "C1", clock, log: silentLogger };
      const rounds = chatRounds(deps, stopping.signal);
      setImmediate(() => stopping.abort());
      await rounds;
    }
    expect(told.toSorted()).toEqual(names.map((_, i) => `Silence ${i + 1} ends soon`));
  });
});

describe("people's own incidents and words", () => {
  test("a declared incident is open, told, noted; thumbs count once", async () => {
    await using database = await withDatabase();
    const { desk } = silenceDesk(database, { now: at });
    const made = await desk.declare({ title: " checkout  is slow ", severity: "critical" }, ana);
    const id = made.incidentId ?? "";
    expect((await desk.view(id))?.incident).toMatchObject({
      title: "checkout is slow",
      severity: "critical",
      status: "open",
      openedAt: at,
    });
    expect(await desk.addNote(id, "vendor called", ana)).toMatchObject({ ok: true });
    expect(await desk.addNote("99", "x", ana)).toMatchObject({ ok: false });
    expect((await desk.view(id))?.timeline.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      `declared: Ana declared incident ${id}: checkout is slow`,
      "note: Ana: vendor called",
    ]);
    expect(await desk.rate(id, "right", ana)).toEqual({ ok: false, text: "There is no diagnosis yet." });
    const home = await desk.home(ana);
    expect([home.open.map((one) => one.id), home.precision]).toEqual([[id], { right: 0, wrong: 0, days: 30 }]);
    expect((await desk.health()).map(({ name, state }) => [name, state])).toEqual([
      ["Database", "ok"],
      ["Messages", "ok"],
    ]);
  });
});

test("a detector that there is not is refused with the one that was meant: its silence would keep nothing quiet", async () => {
  await using database = await withDatabase();
  const { desk } = silenceDesk(database, { now: at });
  const silence = (detector: string) =>
    desk.silence({ matcher: { detector }, startsInMs: 0, durationMs: hour, reason: "" }, ana);
  expect(await silence("log-error-bursts")).toEqual({
    ok: false,
    text: "Nothing was silenced: there is no detector log-error-bursts. Did you mean `detector:log-error-burst`?",
  });
  expect(await silence("zzz")).toMatchObject({ ok: false, text: expect.stringContaining("docs/catalogue.md") });
  expect(await desk.silences()).toEqual([]);
  for (const detector of ["log-error-burst", "source-silence"])
    expect(await silence(detector)).toMatchObject({ ok: true });
});

describe("who may silence how much", () => {
  const rules = [
    { name: "shop", namespaces: ["shop-*"], approvers: { people: [ana.id] } },
    { name: "others", namespaces: ["other"], approvers: { people: ["slack:U3"] } },
  ];
  const one = { namespace: "shop-eu", kind: "Deployment", name: "carts" };
  test.each([
    { name: "any member one workload", matcher: one, by: "slack:U2", may: true },
    { name: "any member one node", matcher: { kind: "Node", name: "worker-1" }, by: "slack:U2", may: true },
    { name: "no member a namespace", matcher: { namespace: "shop-eu" }, by: "slack:U2", may: false },
    { name: "no member everything", matcher: {}, by: "slack:U2", may: false },
    { name: "no member a detector", matcher: { detector: "log-error-burst" }, by: "slack:U2", may: false },
    { name: "no member every pod", matcher: { kind: "Pod" }, by: "slack:U2", may: false },
    { name: "an approver of it a namespace", matcher: { namespace: "shop-eu" }, by: ana.id, may: true },
    { name: "an approver of another no namespace", matcher: { namespace: "shop-eu" }, by: "slack:U3", may: false },
    { name: "an approver everything", matcher: {}, by: ana.id, may: true },
    { name: "anyone everything, where the policy says so", who: "anyone", matcher: {}, by: "slack:U2", may: true },
    {
      name: "no member anything, where the policy says so",
      who: "approvers",
      matcher: one,
      by: "slack:U2",
      may: false,
    },
    { name: "an approver one workload then", who: "approvers", matcher: one, by: ana.id, may: true },
  ])("$name", async ({ who, matcher, by, may }) => {
    await using database = await withDatabase();
    const policy = policySchema.parse({ version: 1, rules, ...(who ? { whoMaySilence: who } : {}) });
    const { desk } = silenceDesk(database, { now: at }, policy);
    const request = { matcher, startsInMs: 0, durationMs: hour, reason: "" };
    const outcome = await desk.silence(request, { id: by, name: "Somebody" });
    expect(outcome).toMatchObject({ ok: may });
    expect(await desk.silences()).toHaveLength(may ? 1 : 0);
    if (!may) expect(outcome.text).toContain("whoMaySilence");
  });
});
