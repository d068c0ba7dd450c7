import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createSlackWeb } from "../../../../src/adapters/slack/slack-web.ts";
import { postBook } from "../../../../src/app/chat/deliver-job.ts";
import type { Desk } from "../../../../src/bot/desk.ts";
import type { FixView, IncidentView } from "../../../../src/bot/incident-view.ts";
import { deliverIncident } from "../../../../src/bot/slack/deliver/deliver.ts";
import type { PostBook } from "../../../../src/bot/slack/deliver/deliver-once.ts";
import { resolveChannel } from "../../../../src/bot/slack/deliver/resolve-channel.ts";
import { createIdentify } from "../../../../src/bot/slack/identity.ts";
import { encodeFix } from "../../../../src/bot/slack/render/action-ids.ts";
import { createSlackApp } from "../../../../src/bot/slack/slack-app.ts";
import { startWeb, type WebServer } from "../../../../src/bot/web/server.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { nextTimeOfDay } from "../../../../src/lib/time-zone.ts";
import type { LocalSlack } from "../../../../src/local-slack/local-slack.ts";
import { startLocalSlack } from "../../../../src/local-slack/start-local-slack.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { firstSight } from "../../../../src/store/people/chat.ts";
import { clean, incidentView, plan } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";
import { quietOperations } from "../../../support/quiet-operations.ts";

let slack: LocalSlack;
let database: TestDatabase;
let web: WebServer;
let view: IncidentView;
let replanned: FixView | undefined;
const asked: unknown[][] = [];
const value = encodeFix({ incidentId: "7", recommendationId: "R1", planId: "11", digest: plan.digest });

/** Notes what was asked and answers. */
const noting = <T>(what: readonly unknown[], answer: T): T => {
  asked.push([...what]);
  return answer;
};
const desk: Desk = {
  ...quietOperations,
  view: async (id) => (id === "7" ? view : undefined),
  remembered: async () => undefined,
  list: async () => [view.incident],
  count: async () => 1,
  postmortem: async (id) => (id === "7" ? "Post-mortem of incident 7" : undefined),
  acknowledge: async (id, by) =>
    noting(["acknowledge", id, by.name], { ok: true, text: `${by.name} has taken incident ${id}.` }),
  resolve: async (id, by) => noting(["resolve", id, by.name], { ok: true, text: "resolved" }),
  reopen: async () => ({ ok: false, text: "It is not resolved." }),
  notThisCause: async (id, by) => noting(["not-this-cause", id, by.name], { ok: true, text: "Noted." }),
  approve: async (planId, digest, by, remark) =>
    noting(["approve", planId, digest, by.id, remark], { type: "approved" }),
  reject: async (planId, by, reason) => noting(["reject", planId, by.name, reason], { ok: true, text: "Rejected." }),
  replan: async (id, recommendationId, params) => noting(["replan", id, recommendationId, params], replanned),
  replanWith: async (id, recommendationId, values) =>
    noting(
      ["replan-with", id, recommendationId, values],
      replanned ? { ok: true, fix: replanned } : { ok: false, text: "No plan was made." },
    ),
  ask: async (incidentId, question, by) =>
    noting(["ask", incidentId, question, by.name], {
      type: "answered",
      incidentId,
      by: "rules",
      sentences: [],
      evidence: [],
    }),
  reveal: (text) => text,
  previewSilence: async (request) => {
    const from = Date.now() + request.startsInMs;
    return { ...(await quietOperations.previewSilence(request)), from, until: from + request.durationMs };
  },
  undo: async (planId, by, code) =>
    noting(["undo", planId, by.name, ...(code ? [code] : [])], { ok: true, text: "Being undone." }),
  freeze: async (frozen, by, why) =>
    noting(["freeze", frozen, by.name, why], { ok: true, text: frozen ? `Frozen: ${why}.` : "Thawed." }),
};
const book: PostBook = {
  posts: (id) => postBook(database).posts(id),
  announce: (id, key, channel) => postBook(database).announce(id, key, channel),
  withdraw: (id, key) => postBook(database).withdraw(id, key),
  record: (id, key, post) => postBook(database).record(id, key, post),
  recordEdit: (id, key, hash) => postBook(database).recordEdit(id, key, hash),
  forget: (id, key) => postBook(database).forget(id, key),
};
const users = [
  { id: "U1", name: "ana", real_name: "Ana", tz: "Europe/Berlin" },
  { id: "U2", name: "ben", real_name: "Ben", tz: "" },
  { id: "UGUEST", name: "guest", real_name: "Gast", is_restricted: true },
  { id: "USTRANGER", name: "stranger", real_name: "Sten", is_stranger: true },
];

beforeEach(async () => {
  asked.length = 0;
  view = incidentView;
  replanned = undefined;
  database = await withDatabase();
  await saveIncident(database, incidentView.incident);
  slack = await startLocalSlack({
    users,
    channels: [{ id: "C1", name: "incidents", is_ext_shared: true, members: ["U1", "U2", "UGUEST", "USTRANGER"] }],
    ackDeadlineMs: 10_000,
    triggerLifeMs: 10_000,
  });
  const port = createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl });
  const app = createSlackApp(
    { botToken: slack.botToken, signingSecret: slack.signingSecret, apiUrl: slack.apiUrl },
    {
      desk,
      slack: port,
      identify: createIdentify(port, Date.now),
      log: silentLogger,
      now: Date.now,
      timeZone: "Asia/Kolkata",
      firstSight: (id) => firstSight(database, id),
    },
  );
  web = await startWeb({
    host: "127.0.0.1",
    port: 0,
    ...(app.listener ? { slackListener: app.listener } : {}),
    readiness: async () => [],
    metrics: async () => ({ contentType: "text/plain", body: "" }),
    log: silentLogger,
  });
  slack.setBotUrl(`${web.url}/slack/events`);
});

afterEach(async () => {
  await web.close();
  await slack.close();
  await database.close();
});

const deps = () => ({
  slack: createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl, timeoutMs: 1_000 }),
  book,
  channel: "C1",
});
const theMessage = () => slack.messages("incidents")[0] as { ts: string; blocks: unknown[] };

test("an incident is one message that is edited in place, with its thread", async () => {
  expect(await deliverIncident(deps(), view)).toEqual({ type: "done" });
  view = {
    ...view,
    incident: {
      ...view.incident,
      title: "carts is well again",
      status: "resolved",
      resolvedAt: view.incident.onset + 60_000,
    },
  };
  expect(await deliverIncident(deps(), view)).toEqual({ type: "done" });
  expect(await deliverIncident(deps(), view)).toEqual({ type: "done" });
  expect(slack.messages("incidents")).toHaveLength(1);
  expect(JSON.stringify(theMessage().blocks)).toContain("carts is well again");
  expect(slack.replies("incidents", theMessage().ts)).toHaveLength(1);
});

test.each([
  { name: "the connection breaks before Slack took the message", fault: { kind: "drop" } },
  { name: "the answer is lost after Slack took the message", fault: { kind: "accept-then-drop" } },
  { name: "Slack answers 500 although it took the message", fault: { kind: "accept-then-500" } },
  { name: "Slack takes the message and never answers", fault: { kind: "accept-then-hang" } },
  { name: "a proxy answers with a page", fault: { kind: "html", status: 502 } },
] as const)("posted once when $name", async ({ fault }) => {
  slack.faults.next("chat.postMessage", [fault]);
  const first = await deliverIncident(deps(), view);
  expect(first).toMatchObject({ type: "again" });
  expect(await deliverIncident(deps(), view)).toEqual({ type: "done" });
  expect(slack.messages("incidents")).toHaveLength(1);
});

test("429 is waited for as long as Slack says", async () => {
  slack.faults.next("chat.postMessage", [{ kind: "rate-limited", retryAfterSeconds: 7 }]);
  expect(await deliverIncident(deps(), view)).toEqual({ type: "again", afterSeconds: 7, code: "ratelimited" });
  expect(await deliverIncident(deps(), view)).toEqual({ type: "done" });
  expect(slack.messages("incidents")).toHaveLength(1);
});

test("a channel that is gone for good does not swallow the incident", async () => {
  expect(await deliverIncident({ ...deps(), channel: "CGONE", fallbackChannel: "C1" }, view)).toEqual({ type: "done" });
  expect(slack.messages("incidents")).toHaveLength(1);
  expect(
    await deliverIncident({ ...deps(), channel: "CGONE" }, { ...view, incident: { ...view.incident, title: "later" } }),
  ).toEqual({ type: "done" });
  expect(slack.messages("incidents")).toHaveLength(1);
});

test("at most six edits a minute; the rest waits", async () => {
  const outcomes = [];
  for (let i = 0; i < 9; i++)
    outcomes.push(
      (await deliverIncident(deps(), { ...view, incident: { ...view.incident, title: `title ${i}` } })).type,
    );
  expect(outcomes).toEqual(["done", "done", "done", "done", "done", "done", "done", "again", "again"]);
});

test("acknowledging needs nothing of Slack: it comes also when Slack's own API does not answer", async () => {
  await deliverIncident(deps(), view);
  slack.faults.always("*", { kind: "hang" });
  expect(await slack.slash("/incident list", "U1")).toEqual({ ok: true });
  slack.faults.clear();
});

test("Approve reaches the desk with the digest and the person", async () => {
  await deliverIncident(deps(), view);
  expect(
    await slack.click({ channel: "incidents", ts: theMessage().ts, actionId: "fix.approve", value, userId: "U1" }),
  ).toEqual({ ok: true });
  await vi.waitFor(() => expect(asked).toEqual([["approve", "11", plan.digest, "slack:U1", undefined]]));
  await vi.waitFor(() => expect(JSON.stringify(slack.ephemerals())).toContain("Approved"));
});

test.each([
  { userId: "UGUEST", why: "Guests cannot decide" },
  { userId: "USTRANGER", why: "other workspaces cannot decide" },
])("$userId decides nothing and is told why", async ({ userId, why }) => {
  await deliverIncident(deps(), view);
  await slack.click({ channel: "incidents", ts: theMessage().ts, actionId: "fix.approve", value, userId });
  await vi.waitFor(() => expect(JSON.stringify(slack.ephemerals())).toContain(why));
  expect(asked).toEqual([]);
});

test("Review shows diff and command, and approves with a note", async () => {
  await deliverIncident(deps(), view);
  await slack.click({ channel: "incidents", ts: theMessage().ts, actionId: "fix.review", value, userId: "U1" });
  await vi.waitFor(() => expect(JSON.stringify(slack.views())).toContain("memory: 34Mi"));
  expect(JSON.stringify(slack.views())).toContain(plan.kubectl);
  await slack.submitView({ userId: "U1", entered: { note: { value: "checked" } } });
  await vi.waitFor(() => expect(asked).toEqual([["approve", "11", plan.digest, "slack:U1", "checked"]]));
});

test("Review says why a fix stands before a likelier one, as the message does", async () => {
  const [offered] = view.fixes;
  if (!offered) throw new Error("the fixture has a fix");
  const likelier = { ...offered.recommendation, id: "R2", confidence: 0.95, risk: "high", reversible: false } as const;
  view = { ...view, fixes: [offered, { recommendation: { ...likelier, action: "remove-finalizer" } }] };
  await deliverIncident(deps(), view);
  const why = "Before a likelier one that cannot be undone";
  expect(JSON.stringify(theMessage().blocks)).toContain(why);
  await slack.click({ channel: "incidents", ts: theMessage().ts, actionId: "fix.review", value, userId: "U1" });
  await vi.waitFor(() => expect(JSON.stringify(slack.views())).toContain("memory: 34Mi"));
  expect(JSON.stringify(slack.views())).toContain(why);
});

test("the Reject button asks why and reaches the desk", async () => {
  await deliverIncident(deps(), view);
  await slack.click({ channel: "incidents", ts: theMessage().ts, actionId: "fix.reject", value, userId: "U1" });
  await vi.waitFor(() => expect(JSON.stringify(slack.views())).toContain("Why not?"));
  expect(await slack.submitView({ userId: "U1" })).toMatchObject({ ok: false });
  await slack.submitView({ userId: "U1", entered: { note: { value: "not during the sale" } } });
  await vi.waitFor(() => expect(asked).toEqual([["reject", "11", "Ana", "not during the sale"]]));
});

test("Undo asks for the code where approving needed one, and at once where it did not", async () => {
  const [fix] = incidentView.fixes;
  if (!fix?.plan) throw new Error("the fixture has a plan");
  const applied = (secondFactor: boolean) => ({
    ...fix,
    plan: {
      ...fix.plan,
      plan: { ...plan, state: "applied" as const, ...(secondFactor ? { secondFactor: true as const } : {}) },
    } as typeof fix.plan,
  });
  view = { ...incidentView, fixes: [applied(true)] };
  await deliverIncident(deps(), view);
  const clicked = { channel: "incidents", ts: theMessage().ts, value, userId: "U1" };
  expect(JSON.stringify(theMessage().blocks)).not.toContain('"fix.undo"');
  await slack.click({ ...clicked, actionId: "fix.undo-with-code" });
  await vi.waitFor(() => expect(JSON.stringify(slack.views())).toContain("needed to take it back"));
  expect(await slack.submitView({ userId: "U1" })).toMatchObject({ ok: false });
  await slack.submitView({ userId: "U1", entered: { code: { value: " 123456 " } } });
  await vi.waitFor(() => expect(asked).toEqual([["undo", "11", "Ana", "123456"]]));
  await vi.waitFor(() => expect(JSON.stringify(slack.views())).toContain("Being undone."));
  view = { ...incidentView, fixes: [applied(false)] };
  await deliverIncident(deps(), view);
  expect(JSON.stringify(theMessage().blocks)).toContain('"fix.undo"');
});

test("the same through Socket Mode: nothing of ours is reachable from outside", async () => {
  slack.setBotUrl(undefined);
  const port = createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl });
  await using app = createSlackApp(
    { botToken: slack.botToken, appToken: slack.appToken, apiUrl: slack.apiUrl },
    {
      desk,
      slack: port,
      identify: createIdentify(port, Date.now),
      log: silentLogger,
      now: Date.now,
      timeZone: "Asia/Kolkata",
      firstSight: (id) => firstSight(database, id),
    },
  );
  expect(app.listener).toBeUndefined();
  await app.start();
  await deliverIncident(deps(), view);
  await vi.waitFor(async () => expect(await slack.slash("/incident list", "U1")).toEqual({ ok: true }), {
    timeout: 10_000,
  });
  await vi.waitFor(() => expect(JSON.stringify(slack.ephemerals())).toContain("carts is killed for memory"));
  expect(
    await slack.click({ channel: "incidents", ts: theMessage().ts, actionId: "fix.approve", value, userId: "U1" }),
  ).toEqual({ ok: true });
  await vi.waitFor(() => expect(asked).toEqual([["approve", "11", plan.digest, "slack:U1", undefined]]));
});

test("what no evidence can tell is asked for: filled in, previewed, approved", async () => {
  const [fix] = incidentView.fixes;
  if (!fix) throw new Error("the fixture has a fix");
  const needs = [{ name: "value", why: "the value of TAX_REGION is nowhere in the cluster" }];
  const refusal = { reason: "needs-input", detail: "A person has to supply: value." };
  view = { ...incidentView, fixes: [{ recommendation: { ...fix.recommendation, needs }, refusal }] };
  await deliverIncident(deps(), view);
  const empty = encodeFix({ incidentId: "7", recommendationId: "R1", planId: "", digest: "" });
  await slack.click({ channel: "incidents", ts: theMessage().ts, actionId: "fix.review", value: empty, userId: "U1" });
  await vi.waitFor(() => expect(JSON.stringify(slack.views())).toContain("nowhere in the cluster"));
  replanned = fix;
  await slack.submitView({ userId: "U1", entered: { "param.value": { value: "eu" } } });
  await vi.waitFor(() => expect(JSON.stringify(slack.views())).toContain("The same by hand"));
  expect(asked).toEqual([["replan-with", "7", "R1", { value: "eu" }]]);
  await slack.submitView({ userId: "U1" });
  await vi.waitFor(() => expect(asked.at(-1)).toEqual(["approve", "11", plan.digest, "slack:U1", undefined]));
});

test("Reject in the review wants a reason", async () => {
  await deliverIncident(deps(), view);
  await slack.click({ channel: "incidents", ts: theMessage().ts, actionId: "fix.review", value, userId: "U1" });
  await vi.waitFor(() => expect(JSON.stringify(slack.views())).toContain("memory: 34Mi"));
  const refused = await slack.submitView({ userId: "U1", entered: { decision: { value: "reject" } } });
  expect(JSON.stringify(refused)).toContain("Say why");
  await slack.submitView({
    userId: "U1",
    entered: { decision: { value: "reject" }, note: { value: "we roll back by hand" } },
  });
  await vi.waitFor(() => expect(asked).toEqual([["reject", "11", "Ana", "we roll back by hand"]]));
});

test.each([
  { line: "/incident list", has: "carts is killed for memory" },
  { line: "/incident show 7", has: "memory limit too low" },
  { line: "/incident show 99", has: "There is no incident 99" },
  { line: "/incident lsit", has: "Did you mean `/incident list`" },
  { line: "/incident shwo 7", has: "Did you mean `/incident show 7`" },
  { line: "/incident banana", has: "says what they do" },
  { line: "/incident", has: "this list" },
  { line: "/incident ack 7", has: "Ana has taken incident 7" },
  { line: "/incident postmortem 7", has: "Post-mortem of incident 7" },
  { line: "/incident postmortem 99", has: "There is no incident 99" },
  { line: "/incident freeze the bank closes", has: "Frozen: the bank closes." },
  { line: "/incident unsilence", has: "Nothing is silenced." },
  { line: "/incident unsilence <!channel>", has: "Nothing is silenced." },
  { line: "/incident show <!channel>", has: "Say which incident" },
])("$line answers only the person who asked", async ({ line, has }) => {
  expect(await slack.slash(line, "U1")).toEqual({ ok: true });
  await vi.waitFor(() => expect(JSON.stringify(slack.ephemerals())).toContain(has));
  expect(slack.messages("incidents")).toHaveLength(0);
});

test.each([
  // Ana's own clock is in Berlin; Slack does not say Ben's, so it is the configured one.
  { user: "U1", zone: "Europe/Berlin" },
  { user: "U2", zone: "Asia/Kolkata" },
])("`until 22:00` is meant by the clock of who types it: $zone", async ({ user, zone }) => {
  const until = nextTimeOfDay(Date.now(), 22, 0, zone);
  expect(await slack.slash("/incident silence shop/carts until 22:00", user)).toEqual({ ok: true });
  await vi.waitFor(() => expect(JSON.stringify(slack.ephemerals())).toContain("Silence shop/carts"));
  const [, shown = ""] = /until <!date\^(\d+)\^/.exec(JSON.stringify(slack.ephemerals())) ?? [];
  expect(Math.abs(Number(shown) * 1_000 - until)).toBeLessThan(60_000);
});

test("forged, unsigned, old and future requests are refused", async () => {
  const send = (headers: Record<string, string>) =>
    fetch(`${web.url}/slack/events`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body: "command=%2Fincident&text=freeze&user_id=U1",
    });
  const now = Math.floor(Date.now() / 1000);
  const forged = `v0=${"0".repeat(64)}`;
  const statuses = [];
  for (const headers of [
    {},
    { "x-slack-request-timestamp": String(now), "x-slack-signature": forged },
    { "x-slack-request-timestamp": String(now - 600), "x-slack-signature": forged },
    { "x-slack-request-timestamp": String(now + 600), "x-slack-signature": forged },
  ]) {
    statuses.push((await send(headers)).status);
  }
  expect(statuses).toEqual([401, 401, 401, 401]);
  expect(asked).toEqual([]);
});

test("the thread shows the evidence that the message names, also when it has changed", async () => {
  await deliverIncident(deps(), view);
  const [first] = incidentView.diagnosis?.hypotheses ?? [];
  if (!view.diagnosis || !first) throw new Error("the fixture has a diagnosis");
  const more = { ...view.evidence[0], id: "E9", text: clean("working set climbs to the limit before each kill") };
  view = {
    ...view,
    evidence: [...view.evidence, more as (typeof view.evidence)[0]],
    diagnosis: { ...view.diagnosis, hypotheses: [{ ...first, evidence: ["E9", "E1"] }] },
  };
  expect(await deliverIncident(deps(), view)).toEqual({ type: "done" });
  expect(JSON.stringify(theMessage().blocks)).toContain("Proof: E9, E1");
  const replies = slack.replies("incidents", theMessage().ts);
  expect(replies).toHaveLength(1);
  expect(JSON.stringify(replies)).toContain("working set climbs to the limit");
});

test("evidence with hostile text arrives as text", async () => {
  view = {
    ...view,
    evidence: view.evidence.map((item) => ({ ...item, text: clean("<!channel> click <https://evil.example|here>") })),
  };
  expect(await deliverIncident(deps(), view)).toEqual({ type: "done" });
  const reply = slack.replies("incidents", theMessage().ts)[0];
  expect(JSON.stringify(reply)).toContain("rich_text_preformatted");
});

test.each([
  { name: "#incidents", want: "C1" },
  { name: "incidents", want: "C1" },
  { name: "C0123456789", want: "C0123456789" },
  { name: "#nowhere", want: "#nowhere" },
])("the channel $name is $want for Slack", async ({ name, want }) => {
  const port = createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl });
  expect(await resolveChannel(port, name, silentLogger)).toBe(want);
});

test("a token that may not list channels still posts by name", async () => {
  slack.faults.always("conversations.list", { kind: "error", error: "missing_scope" });
  const port = createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl });
  expect(await resolveChannel(port, "#incidents", silentLogger)).toBe("#incidents");
});

test("a Slack that does not answer while the bot starts ends nothing", async () => {
  const port = createSlackWeb({ token: "xoxb-1", apiUrl: "http://127.0.0.1:54321/api/" });
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on("unhandledRejection", note);
  await using app = createSlackApp(
    { botToken: "xoxb-1", signingSecret: "s", apiUrl: "http://127.0.0.1:54321/api/" },
    {
      desk,
      slack: port,
      identify: createIdentify(port, Date.now),
      log: silentLogger,
      now: Date.now,
      timeZone: "Asia/Kolkata",
      firstSight: async () => true,
    },
  );
  expect(await deliverIncident({ ...deps(), slack: port }, view)).toMatchObject({
    type: "again",
    code: "ECONNREFUSED",
  });
  await app.start();
  process.off("unhandledRejection", note);
  expect(unhandled).toEqual([]);
});
