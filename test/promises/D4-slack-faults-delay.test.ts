import { expect, test, vi } from "vitest";
import { createSlackWeb } from "../../src/adapters/slack/slack-web.ts";
import { deliverJob } from "../../src/app/chat/deliver-job.ts";
import { queues } from "../../src/app/queues.ts";
import { paceSlack } from "../../src/bot/slack/deliver/pace.ts";
import type { SlackPort } from "../../src/bot/slack/slack-port.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { seededRandom } from "../../src/lib/seeded-random.ts";
import type { Fault } from "../../src/local-slack/faults.ts";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import { saveDiagnosis } from "../../src/store/incidents/diagnoses.ts";
import { saveIncident, undelivered } from "../../src/store/incidents/incidents.ts";
import { addToTimeline } from "../../src/store/incidents/timeline.ts";
import { startJobs } from "../../src/store/jobs.ts";
import { clean, incidentView } from "../support/incident-view.ts";
import { withDatabase } from "../support/postgres.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";

/** What passes by itself: later, or perhaps done. */
const passing: readonly Fault[] = [
  { kind: "rate-limited", retryAfterSeconds: 1 },
  { kind: "status", status: 500 },
  { kind: "status", status: 503, body: "upstream" },
  { kind: "html", status: 502 },
  { kind: "html" },
  { kind: "error", error: "internal_error" },
  { kind: "error", error: "fatal_error" },
  { kind: "error", error: "service_unavailable" },
  { kind: "error", error: "ratelimited" },
  { kind: "drop" },
  { kind: "hang" },
  { kind: "accept-then-drop" },
  { kind: "accept-then-hang" },
  { kind: "accept-then-500" },
  { kind: "slow", ms: 20 },
  { kind: "pass" },
];
/** What does not get better in that channel. */
const terminal = ["channel_not_found", "is_archived", "not_in_channel", "restricted_action", "no_permission"] as const;

const titleOf = (view: unknown) => JSON.stringify(view);

test(
  "whatever Slack answers, each incident ends up shown once, as it is",
  async () => {
    const sequences = promised(300, 15);
    await using database = await withDatabase();
    const slack = await startLocalSlack({
      channels: [
        { id: "C1", name: "incidents" },
        { id: "C2", name: "fallback" },
      ],
    });
    await using _slack = { [Symbol.asyncDispose]: () => slack.close() };
    const port = createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl, timeoutMs: 400 });
    const random = seededRandom(4);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    let waited = 0;
    let rerouted = 0;
    let met = 0;

    for (let i = 1; i <= sequences; i++) {
      const id = String(1_000 + i);
      const incident = { ...incidentView.incident, id, groupKey: `g${i}`, title: `incident number ${id} first` };
      await saveIncident(database, incident);
      if (incidentView.diagnosis)
        await saveDiagnosis(
          database,
          { diagnosis: { ...incidentView.diagnosis, incidentId: id }, recommendations: [] },
          incidentView.evidence,
        );
      const again: number[] = [];
      const deliver = deliverJob({
        database,
        log: silentLogger,
        slack: port,
        channel: "C1",
        fallbackChannel: "C2",
        jobs: { send: async (_queue, _data, options) => void again.push(options?.afterSeconds ?? 0) },
      });
      const script = () => Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(passing));
      const faults = {
        "chat.postMessage": script(),
        "conversations.history": script(),
        "conversations.replies": script(),
        "chat.update": script(),
      };
      // A fifth of the channels are gone for good, at some point of the sequence.
      const gone = i % 5 === 0;
      if (gone)
        faults["chat.postMessage"].splice(Math.floor(random() * 2), 0, { kind: "error", error: pick(terminal) });
      for (const [method, answers] of Object.entries(faults)) slack.faults.next(method, answers);
      met += Object.values(faults).flat().length;
      const untilDone = async () => {
        for (let round = 0; round < 60; round++) {
          again.length = 0;
          await deliver({ incidentId: id });
          if (again.length === 0) return;
          waited++;
        }
        throw new Error(`incident ${id} is never delivered`);
      };
      await untilDone();
      await addToTimeline(database, id, { at: incident.onset + 1_000, kind: "note", text: clean(`note of ${id}`) });
      await saveIncident(database, { ...incident, title: `incident number ${id} second` });
      await untilDone();
      slack.faults.clear();
      await untilDone();

      const here = slack.messages("incidents").filter((message) => titleOf(message).includes(`number ${id} `));
      const there = slack.messages("fallback").filter((message) => titleOf(message).includes(`number ${id} `));
      const [message, ...more] = [...here, ...there];
      expect(more, `incident ${id} is shown once`).toEqual([]);
      expect(titleOf(message), `incident ${id} as it is`).toContain(`number ${id} second`);
      if (there.length > 0) rerouted++;
      const channel = here.length > 0 ? "incidents" : "fallback";
      const notes = slack
        .replies(channel, message?.["ts"] as string)
        .filter((reply) => titleOf(reply).includes(`note of ${id}`));
      expect(notes.length, `each reply of ${id} once`).toBe(1);
    }
    expect(await undelivered(database)).toEqual([]);
    expect(rerouted).toBeGreaterThan(0);
    promiseFigure(
      "D4",
      `${grouped(sequences)} sequences of ${grouped(met)} bad answers`,
      `0 lost, 0 double; ${grouped(waited)} waits, ${grouped(rerouted)} messages in the fallback channel`,
    );
  },
  promised(3_600_000, 60_000),
);

test("a token that Slack does not take keeps the incident waiting, and it shows within a minute of being set right", async () => {
  await using database = await withDatabase();
  const slack = await startLocalSlack({ channels: [{ id: "C1", name: "incidents" }] });
  await using _slack = { [Symbol.asyncDispose]: () => slack.close() };
  await saveIncident(database, incidentView.incident);
  const again: (number | undefined)[] = [];
  const deliver = deliverJob({
    database,
    log: silentLogger,
    slack: createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl }),
    channel: "C1",
    jobs: { send: async (_queue, _data, options) => void again.push(options?.afterSeconds) },
  });
  slack.faults.always("chat.postMessage", { kind: "error", error: "account_inactive" });
  await deliver({ incidentId: "7" });
  expect(again).toEqual([60]);
  expect(await undelivered(database)).toEqual(["7"]);
  slack.faults.clear();
  await deliver({ incidentId: "7" });
  expect(slack.messages("incidents")).toHaveLength(1);
  expect(await undelivered(database)).toEqual([]);
});

test(
  "a channel in which Slack never answers delays no other",
  async () => {
    const each = promised(20, 3);
    await using database = await withDatabase({ maxConnections: 12 });
    const slack = await startLocalSlack({
      channels: [
        { id: "C1", name: "good" },
        { id: "C2", name: "bad" },
      ],
    });
    await using _slack = { [Symbol.asyncDispose]: () => slack.close() };
    const port = createSlackWeb({ token: slack.botToken, apiUrl: slack.apiUrl });
    let bad = true;
    let hung = 0;
    const sometimesDead: SlackPort = {
      ...port,
      post: async (message) => {
        if (!bad || message.channel !== "C2") return await port.post(message);
        hung++;
        await new Promise((wake) => setTimeout(wake, 3_000));
        return { ok: false, failure: { type: "unsure", code: "timeout" } };
      },
    };
    const jobs = await startJobs(database.url, { pollSeconds: 0.5 });
    await using _jobs = jobs;
    const deliver = deliverJob({
      database,
      log: silentLogger,
      slack: paceSlack(sometimesDead, { now: () => performance.now(), speed: 20 }),
      channel: "C1",
      route: ({ incident }) => (Number(incident.id) % 2 === 0 ? "C2" : "C1"),
      jobs,
    });
    await jobs.work(queues.deliver, deliver, { concurrency: 4 });
    const began = performance.now();
    for (let i = 1; i <= 2 * each; i++) {
      const id = String(i);
      await saveIncident(database, { ...incidentView.incident, id, groupKey: `g${i}` });
      await jobs.send(queues.deliver, { incidentId: id }, { key: id });
    }
    await vi.waitFor(() => expect(slack.messages("good")).toHaveLength(each), { timeout: 60_000, interval: 50 });
    const goodMs = performance.now() - began;
    expect(slack.messages("bad")).toEqual([]);
    expect(hung).toBeGreaterThan(0);
    bad = false;
    await vi.waitFor(() => expect(slack.messages("bad")).toHaveLength(each), { timeout: 90_000, interval: 100 });
    promiseFigure(
      "D4",
      `${each} incidents beside ${each} of a channel that hangs`,
      `delivered after ${Math.round(goodMs / 1_000)} s; the others when it answers again`,
    );
  },
  promised(3_600_000, 60_000),
);
