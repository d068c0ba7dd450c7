import { expect, test, vi } from "vitest";
import { shardOf } from "../../src/app/shards/shard-of.ts";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import { resourceOfKind } from "../../src/replay/api/registry.ts";
import { listIncidents } from "../../src/store/incidents/incidents.ts";
import { type ActorCluster, startActorCluster } from "../support/actor-cluster.ts";
import { withDatabase } from "../support/postgres.ts";
import { full, promised, promiseFigure } from "../support/promise-figure.ts";
import { type RunningKubemend, runKubemend } from "../support/running-kubemend.ts";
import { postsOf } from "../support/slack-posts.ts";

const tickSeconds = promised(5, 3);
const kills = promised(10, 1);
const layouts = full ? [1, 4] : [2];
const soon = { timeout: 60_000, interval: 100 };

const pods = resourceOfKind("v1", "Pod");
if (!pods) throw new Error("the API emulator serves pods");

/** A pod that cannot pull its image, by itself; or one that has got it. */
function pod(namespace: string, name: string, broken: boolean): object {
  const container = { name: "app", image: "registry.local/app:1" };
  const state = broken
    ? { waiting: { reason: "ImagePullBackOff" } }
    : { running: { startedAt: new Date().toISOString() } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, uid: `uid-${name}`, creationTimestamp: new Date().toISOString() },
    spec: { containers: [container], nodeName: "node-1" },
    status: {
      phase: broken ? "Pending" : "Running",
      conditions: [{ type: "Ready", status: broken ? "False" : "True" }],
      containerStatuses: [
        { ...container, imageID: "", ready: !broken, restartCount: 0, state, lastState: {}, started: !broken },
      ],
    },
  };
}

const put = (cluster: ActorCluster, namespace: string, name: string, broken: boolean) =>
  void cluster.table.put(pods, pod(namespace, name, broken) as never);

async function held(watcher: RunningKubemend): Promise<number> {
  const text = await (await fetch(`${watcher.url}/metrics`)).text();
  return Number(/^kubemend_shards_held\{cluster="[^"]*"\} (\d+)/m.exec(text)?.[1] ?? Number.NaN);
}

/** When a watcher wrote that it took shards, by its own log (ms). */
const takenAt = (watcher: RunningKubemend): number[] =>
  watcher.child
    .output()
    .split("\n")
    .filter((line) => line.includes('"shard.taken"'))
    .map((line) => Date.parse((JSON.parse(line) as { time: string }).time));

test.each(
  layouts.map((shards) => ({ shards })),
)("with $shards shards and two watchers, one killed at a time, no incident is lost, none doubled, and at most one tick (C2)", {
  timeout: promised(1_800_000, 150_000),
}, async ({ shards }) => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster({ empty: true });
  await using slack = await startLocalSlack();
  await using stack = new AsyncDisposableStack();
  const start = async () => {
    const watcher = stack.use(
      await runKubemend({
        databaseUrl: database.url,
        clusterUrl: cluster.url,
        role: "watcher",
        slack,
        config: { detection: { scrapeSeconds: tickSeconds, learnMinutes: 3, shards } },
      }),
    );
    await vi.waitFor(async () => expect(await watcher.probe("/readyz")).toMatchObject({ status: 200 }), soon);
    return watcher;
  };
  const open = async () =>
    (await listIncidents(database, { limit: 500 })).map(({ target, status }) => `${target.name} ${status}`).sort();

  let holder = await start();
  await vi.waitFor(async () => expect(await held(holder)).toBe(shards), soon);
  const wanted: string[] = [];
  /** One fault in every shard. */
  const breakEverywhere = (round: number) => {
    for (let shard = 0; shard < shards; shard++) {
      let n = 0;
      while (shardOf(`team-${round}-${n}`, shards) !== shard) n++;
      const name = `app-${round}-${shard}`;
      put(cluster, `team-${round}-${n}`, name, true);
      broken.push([`team-${round}-${n}`, name]);
      wanted.push(`${name} open`);
    }
  };
  const broken: [string, string][] = [];
  breakEverywhere(0);
  await vi.waitFor(async () => expect(await open()).toEqual(wanted.toSorted()), soon);

  const lateMs: number[] = [];
  for (let round = 1; round <= kills; round++) {
    const other = await start();
    // Each has its even share; of one shard, one of them waits.
    await vi.waitFor(async () => {
      expect(await held(holder)).toBe(shards === 1 ? 1 : Math.ceil(shards / 2));
      expect(await held(other)).toBe(shards === 1 ? 0 : Math.floor(shards / 2));
    }, soon);
    const before = takenAt(other).length;
    const killedAt = Date.now();
    holder.child.process.kill("SIGKILL");
    // What breaks while nobody looks at it.
    breakEverywhere(round);
    await vi.waitFor(async () => expect(await held(other)).toBe(shards), soon);
    const taken = takenAt(other).slice(before);
    lateMs.push(Math.max(...taken) - killedAt);
    await vi.waitFor(
      async () => expect(await open(), other.child.output().slice(-3_000)).toEqual(wanted.toSorted()),
      soon,
    );
    holder = other;
  }
  // What the first holder opened, the last one sees end; nothing was resolved before. Silence has to last before it counts.
  if (full) {
    for (const [namespace, name] of broken) put(cluster, namespace, name, false);
    const resolved = broken.map(([, name]) => `${name} resolved`).sort();
    await vi.waitFor(async () => expect(await open()).toEqual(resolved), { ...soon, timeout: 120_000 });
  }
  const posts = postsOf(slack);
  await vi.waitFor(
    () => expect([...postsOf(slack).keys()].filter((post) => post.endsWith("/message"))).toHaveLength(broken.length),
    soon,
  );
  expect([...posts].filter(([, count]) => count !== 1)).toEqual([]);

  const slowest = Math.max(...lateMs);
  // A tick, and what a busy machine takes to look.
  expect(slowest).toBeLessThanOrEqual(tickSeconds * 1_000 + 2_500);
  promiseFigure(
    "C2",
    `${kills} × kill -9 of a holder, 2 watchers, ${shards} shard${shards === 1 ? "" : "s"}, ticks of ${tickSeconds} s`,
    `0 of ${broken.length} incidents lost, 0 twice; taken over within ${(slowest / 1000).toFixed(1)} s`,
  );
});
