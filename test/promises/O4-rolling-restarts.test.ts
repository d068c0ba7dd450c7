import { expect, test, vi } from "vitest";
import { queues } from "../../src/app/queues.ts";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import { saveIncident } from "../../src/store/incidents/incidents.ts";
import { startJobs } from "../../src/store/jobs.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { incidentRow } from "../support/incident-row.ts";
import { approve, boundless, planStore, proposeSetting } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { promised, promiseFigure } from "../support/promise-figure.ts";
import { type RunningKubemend, runKubemend } from "../support/running-kubemend.ts";
import { postsOf } from "../support/slack-posts.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const restarts = promised(100, 1);
const drainMs = 25_000;
/** Answers of the cluster take so long that whoever is told to stop has a change under way. */
const answerMs = 150;
/** Slack takes one message a second in a channel; more than that are made here, and what waits must not be taken for lost. */
const slackMsPerMessage = 1_000;

test("replicas that are told to stop one after the other, under load, finish what they do and lose nothing (O4)", {
  timeout: promised(3_000_000, 150_000),
}, async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  await using slack = await startLocalSlack({ limits: { messagesPerChannel: 100_000 } });
  await using stack = new AsyncDisposableStack();
  const { hostname: host, port } = new URL(cluster.url);
  await using slow = await startTcpProxy({ host, port: Number(port) }, 0, answerMs);
  const clusterUrl = `http://127.0.0.1:${slow.port}`;
  const start = async () =>
    stack.use(await runKubemend({ databaseUrl: database.url, clusterUrl, slack, policy: boundless }));
  const ready = (one: RunningKubemend) =>
    vi.waitFor(
      async () => expect(await one.probe("/readyz"), one.child.output().slice(-1_500)).toMatchObject({ status: 200 }),
      {
        timeout: promised(300_000, 90_000),
        interval: 200,
      },
    );
  const replicas = [await start(), await start()];
  await Promise.all(replicas.map(ready));
  const plans = planStore(database, { cluster: "shop" });
  const jobs = stack.use(await startJobs(database.url, { cluster: "shop" }));
  const approved: string[] = [];
  const opened: string[] = [];
  let stop = false;
  let made = 0;
  const change = async () => {
    const plan = await proposeSetting(cluster, plans, made++);
    expect(await approve(plans, plan)).toEqual({ type: "approved" });
    approved.push(plan.id);
  };
  // One change and one incident after the other, for as long as there are restarts.
  const load = (async () => {
    while (!stop) {
      await change();
      const incident = await saveIncident(database, incidentRow(1_000 + opened.length));
      opened.push(incident.id);
      // Half of them as from a watcher that has died between its row and the nudge.
      if (opened.length % 2 === 0) await jobs.send(queues.deliver, { incidentId: incident.id }, { key: incident.id });
      await new Promise((wake) => setTimeout(wake, 400));
    }
  })();
  /** Until the one that is told to stop next has changes under way; the other may have some too. */
  const busy = async (replica: RunningKubemend) => {
    const holder = `:${replica.child.process.pid}:`;
    await vi.waitFor(
      async () => {
        for (let more = 0; more < 3; more++) await change();
        const { rows } = await database.pool.query(
          "select from action_plan where state = 'executing' and strpos(lease_holder, $1) > 0",
          [holder],
        );
        expect(rows.length).toBeGreaterThan(0);
      },
      { timeout: 30_000, interval: 10 },
    );
  };
  const drained: number[] = [];
  for (let round = 0; round < restarts; round++) {
    const going = replicas[round % 2];
    if (!going) throw new Error("no replica");
    await busy(going);
    const at = performance.now();
    going.child.process.kill("SIGTERM");
    await vi.waitFor(
      () =>
        expect(
          going.child.process.exitCode ?? going.child.process.signalCode,
          going.child.output().slice(-3_000),
        ).not.toBeNull(),
      { timeout: 2 * drainMs, interval: 50 },
    );
    const end = await going.child.ended;
    drained.push(performance.now() - at);
    expect(end, going.child.output().slice(-2_000)).toEqual({ code: 0, signal: null });
    const next = await start();
    replicas[round % 2] = next;
    await ready(next);
  }
  stop = true;
  await load;
  await vi.waitFor(
    async () => {
      const states = await Promise.all(approved.map(async (id) => (await plans.get(id))?.plan.state));
      expect(states.filter((state) => state !== "applied")).toEqual([]);
      const posts = postsOf(slack);
      expect(opened.filter((id) => posts.get(`${id}/message`) !== 1)).toEqual([]);
    },
    { timeout: promised(120_000, 45_000) + opened.length * slackMsPerMessage, interval: 1_000 },
  );
  const changed = cluster.writes.filter((write) => write.verb === "patch").length;
  expect(changed).toBe(approved.length);
  expect([...postsOf(slack)].filter(([, count]) => count !== 1)).toEqual([]);
  const { rows } = await database.pool.query("select id from action_plan where attempt > 1");
  expect(rows, "changes that another had to take over").toEqual([]);
  const slowest = Math.max(...drained);
  expect(slowest).toBeLessThanOrEqual(drainMs);
  promiseFigure(
    "O4",
    `${restarts} SIGTERMs to 2 replicas, ${approved.length} changes and ${opened.length} incidents meanwhile`,
    `0 lost, 0 twice, 0 left half done; drained within ${(slowest / 1000).toFixed(1)} s`,
  );
});
