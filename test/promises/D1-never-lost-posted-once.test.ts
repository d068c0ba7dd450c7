import { expect, test, vi } from "vitest";
import { createSlackWeb } from "../../src/adapters/slack/slack-web.ts";
import { type DeliveryCrashPoint, deliverJob } from "../../src/app/chat/deliver-job.ts";
import { queues } from "../../src/app/queues.ts";
import { resolveChannel } from "../../src/bot/slack/deliver/resolve-channel.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import type { LocalSlack } from "../../src/local-slack/local-slack.ts";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import type { Database } from "../../src/store/database.ts";
import { saveIncident, undelivered } from "../../src/store/incidents/incidents.ts";
import { type Jobs, startJobs } from "../../src/store/jobs.ts";
import { announcePost } from "../../src/store/people/chat.ts";
import { type Child, inParallel, startChild } from "../support/child.ts";
import { incidentRow } from "../support/incident-row.ts";
import { type TestDatabase, withDatabase } from "../support/postgres.ts";
import { full, grouped, promised, promiseFigure } from "../support/promise-figure.ts";
import { postsOf } from "../support/slack-posts.ts";

const script = new URL("../support/delivery-process.ts", import.meta.url).pathname;
const limits = { messagesPerChannel: 100_000 };

/** As the watcher does every few seconds: whatever chat does not show as it is gets a job. */
function sweeping(database: Database, jobs: Jobs): AsyncDisposable {
  let stopped = false;
  const loop = (async () => {
    while (!stopped) {
      for (const incidentId of await undelivered(database, 500))
        await jobs.send(queues.deliver, { incidentId }, { key: incidentId, unlessWaiting: true });
      await new Promise((wake) => setTimeout(wake, 1_000));
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      await loop;
    },
  };
}

interface Scene extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly slack: LocalSlack;
  /** Its id: a history is only read by id. */
  readonly channel: string;
  child(place: DeliveryCrashPoint | "none"): Child;
  /** Delivers once, here and now, without a fault. */
  deliver(incidentId: string): Promise<void>;
}

/** A database, a Slack, and one process that lives through everything. The lease is shortened in the reduced copy alone. */
async function scene(options: { readonly survivor: boolean }): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await withDatabase());
  const slack = stack.use(await startLocalSlack({ limits }));
  const jobs = stack.use(await startJobs(database.url));
  const { apiUrl, botToken: token } = slack;
  const port = createSlackWeb({ token, apiUrl });
  const channel = await resolveChannel(port, "#incidents", silentLogger);
  const leaseMs = full ? 20_000 : 1_500;
  const deliver = deliverJob({
    database,
    jobs,
    log: silentLogger,
    slack: port,
    channel,
    leaseMs,
  });
  if (options.survivor) await jobs.work(queues.deliver, deliver, { concurrency: 4 });
  stack.use(sweeping(database, jobs));
  const parts = stack.move();
  return {
    database,
    slack,
    channel,
    child: (place) => startChild(script, [database.url, apiUrl, token, channel, place, "kill", String(leaseMs)]),
    deliver: (incidentId) => deliver({ incidentId }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Places to die, and what has to have happened before a delivery comes by there. */
const points: readonly { readonly place: DeliveryCrashPoint; readonly given?: "announced" | "posted" }[] = [
  { place: "alone" },
  { place: "viewed" },
  { place: "before-posts" },
  { place: "before-announce" },
  { place: "after-announce" },
  { place: "before-post" },
  { place: "after-post" },
  { place: "before-record" },
  { place: "after-record" },
  { place: "delivered" },
  { place: "marked" },
  { place: "before-find", given: "announced" },
  { place: "after-find", given: "announced" },
  { place: "before-update", given: "posted" },
  { place: "after-update", given: "posted" },
  { place: "after-recordEdit", given: "posted" },
];
const times = promised(50, 1);
/** `npm test` dies where it matters most: between what Slack has heard and what is written down. */
const tried = full
  ? points
  : points.filter(({ place }) => /^(after-announce|after-post|after-record|after-update)$/.test(place));
const recoveryMs = 35_000;
/** Deliveries at a time: most of the time each waits for a dead process's lease to run out. Two watchers have no more under way. */
const width = promised(8, 4);

test("killed with SIGKILL at many places of a delivery: nothing is lost, nothing is posted twice (D1)", {
  timeout: promised(3_000_000, 120_000),
}, async () => {
  await using world = await scene({ survivor: true });
  const { database, slack } = world;
  const recovered: number[] = [];
  const ids: string[] = [];
  const chosen = tried.flatMap((point) => Array.from({ length: times }, () => point));
  await inParallel(chosen.length, width, async (index) => {
    const { place, given } = chosen[index] ?? { place: "alone" };
    await using child = world.child(place);
    expect(await child.line()).toBe("ready");
    const { id } = await saveIncident(database, incidentRow(index + 1));
    ids.push(id);
    if (given === "announced") await announcePost(database, id, "message", world.channel);
    if (given === "posted") {
      await world.deliver(id).catch(() => undefined);
      await vi.waitFor(async () => expect(await undelivered(database, 500)).not.toContain(id), {
        timeout: 60_000,
        interval: 100,
      });
      await saveIncident(database, incidentRow(Number(id), { title: `app-${id} is still broken` }));
    }
    child.say(id);
    // Either it dies at its place, or another process was faster and it is told so.
    const line = await child.line();
    if (!line.startsWith("at ")) return;
    await child.ended;
    const diedAt = performance.now();
    expect(child.process.signalCode).toBe("SIGKILL");
    await vi.waitFor(async () => expect(await undelivered(database, 500)).not.toContain(id), {
      timeout: 2 * recoveryMs,
      interval: 100,
    });
    recovered.push(performance.now() - diedAt);
  });
  const posts = postsOf(slack);
  expect(ids.filter((id) => posts.get(`${id}/message`) !== 1)).toEqual([]);
  expect([...posts].filter(([, count]) => count > 1)).toEqual([]);
  expect(recovered.length, "most children died where they were told to").toBeGreaterThan(chosen.length * 0.6);
  const slowest = Math.max(...recovered);
  expect(slowest).toBeLessThanOrEqual(recoveryMs);
  promiseFigure(
    "D1",
    `${recovered.length} kills at ${tried.length} places`,
    `0 lost, 0 duplicates, recovered within ${(slowest / 1000).toFixed(1)} s`,
  );
});

test("random kills while many incidents are delivered: nothing is lost, nothing is posted twice (D1)", {
  timeout: promised(3_600_000, 120_000),
}, async () => {
  const messages = promised(5_000, 30);
  const kills = promised(500, 2);
  await using world = await scene({ survivor: false });
  const { database, slack } = world;
  await using stack = new AsyncDisposableStack();
  const start = async () => {
    const child = stack.use(world.child("none"));
    expect(await child.line()).toBe("ready");
    return child;
  };
  const workers = Array.from({ length: 3 }, start);
  let saved = 0;
  for (let kill = 0; kill < kills; kill++) {
    const until = Math.ceil((messages * (kill + 1)) / kills);
    for (; saved < until; saved++) await saveIncident(database, incidentRow(saved + 1));
    // At a moment that depends on nothing but chance, seeded by the round.
    await new Promise((wake) => setTimeout(wake, (kill * 7919) % 700));
    const victim = kill % workers.length;
    // Whoever was started last time has begun to work meanwhile.
    (await workers[victim])?.process.kill("SIGKILL");
    workers[victim] = start();
  }
  await Promise.all(workers);
  const lastKillAt = performance.now();
  await vi.waitFor(async () => expect(await undelivered(database, 10)).toEqual([]), {
    timeout: 600_000,
    interval: 250,
  });
  const drainedMs = performance.now() - lastKillAt;
  const posts = postsOf(slack);
  expect(
    Array.from({ length: messages }, (_, index) => `${index + 1}/message`).filter((id) => posts.get(id) !== 1),
  ).toEqual([]);
  expect([...posts].filter(([, count]) => count > 1)).toEqual([]);
  promiseFigure(
    "D1",
    `${kills} random kills over ${grouped(messages)} messages`,
    `0 lost, 0 duplicates; all shown ${(drainedMs / 1000).toFixed(0)} s after the last kill`,
  );
});
