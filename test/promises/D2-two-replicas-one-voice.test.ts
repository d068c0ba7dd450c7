import { describe, expect, test, vi } from "vitest";
import { createSlackWeb } from "../../src/adapters/slack/slack-web.ts";
import type { DeliveryCrashPoint } from "../../src/app/chat/deliver-job.ts";
import { deliverJob } from "../../src/app/chat/deliver-job.ts";
import { queues } from "../../src/app/queues.ts";
import { resolveChannel } from "../../src/bot/slack/deliver/resolve-channel.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import { saveIncident, undelivered } from "../../src/store/incidents/incidents.ts";
import { startJobs } from "../../src/store/jobs.ts";
import { newHolder, releaseLease, takeLease } from "../../src/store/leases.ts";
import { startChild } from "../support/child.ts";
import { incidentRow } from "../support/incident-row.ts";
import { withDatabase } from "../support/postgres.ts";
import { full, promised, promiseFigure } from "../support/promise-figure.ts";
import { postsOf } from "../support/slack-posts.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const script = new URL("../support/delivery-process.ts", import.meta.url).pathname;
const leaseMs = 1_500;
const watcherCounts = full ? [2, 3, 4, 5] : [2];
const places: readonly DeliveryCrashPoint[] = full
  ? [
      "alone",
      "before-announce",
      "after-announce",
      "before-post",
      "after-post",
      "before-record",
      "after-record",
      "delivered",
    ]
  : ["before-post"];
const rounds = 1;

type Trouble = "stopped" | "cut off";
const troubles: readonly Trouble[] = full ? ["stopped", "cut off"] : ["stopped"];

/** One watcher is stopped, or loses its database, at a place of its delivery; the others go on; then it wakes up. */
async function troubled(trouble: Trouble, place: DeliveryCrashPoint, watchers: number): Promise<"refused" | "in time"> {
  await using database = await withDatabase();
  await using slack = await startLocalSlack();
  const target = new URL(database.url);
  await using proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  const behindProxy = new URL(database.url);
  behindProxy.host = `127.0.0.1:${proxy.port}`;
  const { apiUrl, botToken: token } = slack;
  const port = createSlackWeb({ token, apiUrl });
  const channel = await resolveChannel(port, "#incidents", silentLogger);
  const what = trouble === "stopped" ? "stop" : "wait";
  await using late = startChild(script, [behindProxy.href, apiUrl, token, channel, place, what, String(leaseMs)]);
  expect(await late.line()).toBe("ready");
  const { id } = await saveIncident(database, incidentRow(1));
  late.say(id);
  expect(await late.line()).toBe(`at ${place}`);
  if (trouble === "cut off") proxy.set("silent");
  // The others come by now, and wait for the lease to run out.
  await using stack = new AsyncDisposableStack();
  for (let other = 1; other < watchers; other++) {
    const jobs = stack.use(await startJobs(database.url));
    await jobs.work(queues.deliver, deliverJob({ database, jobs, log: silentLogger, slack: port, channel, leaseMs }));
    await jobs.send(queues.deliver, { incidentId: id }, { key: id });
  }
  await vi.waitFor(async () => expect(await undelivered(database)).toEqual([]), { timeout: 30_000, interval: 50 });
  const before = postsOf(slack);
  expect(before.get(`${id}/message`)).toBe(1);
  if (trouble === "stopped") late.process.kill("SIGCONT");
  else late.say("go on");
  const told = await late.line();
  // Whatever it still does: nobody sees anything of it.
  expect(postsOf(slack)).toEqual(before);
  return told.startsWith("refused") ? "refused" : "in time";
}

describe("two replicas, one voice (D2)", () => {
  test.each(
    troubles,
  )("a watcher that was %s past its lease is refused when it comes back, and nothing is lost or said twice", {
    timeout: promised(3_000_000, 120_000),
  }, async (trouble) => {
    let refused = 0;
    let all = 0;
    for (const watchers of watcherCounts) {
      for (const place of places) {
        for (let round = 0; round < rounds; round++) {
          const outcome = await troubled(trouble, place, watchers);
          all++;
          if (outcome === "refused") refused++;
          // At its end there is nothing left to refuse.
          else expect(place, trouble).toMatch(/^(delivered|after-record)$/);
        }
      }
    }
    promiseFigure(
      "D2",
      `${all} times ${trouble} past its lease, ${watcherCounts.join(", ")} watchers`,
      `${refused} late writers refused, 0 lost, 0 twice`,
    );
  });

  test("a lease has one holder, tokens only grow, and whoever comes back with an old one is told so", async () => {
    await using database = await withDatabase();
    const [a, b] = [newHolder(), newHolder()];
    const tokens: number[] = [];
    for (let round = 0; round < 50; round++) {
      const first = await takeLease(database, { name: "work", holder: a, leaseMs: 60_000 });
      expect(
        await takeLease(database, { name: "work", holder: b, leaseMs: 60_000 }),
        "held by another",
      ).toBeUndefined();
      expect((await takeLease(database, { name: "work", holder: a, leaseMs: 60_000 }))?.token, "renewed").toBe(
        first?.token,
      );
      tokens.push(Number(first?.token));
      if (first) await releaseLease(database, first);
    }
    expect(tokens.every((token, index) => index === 0 || token > (tokens[index - 1] ?? 0))).toBe(true);
    const short = await takeLease(database, { name: "work", holder: a, leaseMs: 1 });
    const next = await vi.waitFor(async () => {
      const taken = await takeLease(database, { name: "work", holder: b, leaseMs: 60_000 });
      expect(taken).toBeDefined();
      return taken;
    });
    expect(short?.held()).toBe(false);
    if (short) await releaseLease(database, short);
    expect(
      await takeLease(database, { name: "work", holder: a, leaseMs: 1 }),
      "an old token frees nothing",
    ).toBeUndefined();
    expect(next?.held()).toBe(true);
  });

  test("many at once: one gets it", async () => {
    await using database = await withDatabase();
    const taken = await Promise.all(
      Array.from({ length: 50 }, () => takeLease(database, { name: "work", holder: newHolder(), leaseMs: 60_000 })),
    );
    expect(taken.filter((lease) => lease !== undefined)).toHaveLength(1);
  });
});
