import { afterAll, expect, test, vi } from "vitest";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import { openDatabase } from "../../src/store/database.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { freePort } from "../support/free-port.ts";
import { withDatabase } from "../support/postgres.ts";
import { full, promiseFigure } from "../support/promise-figure.ts";
import { runKubemend } from "../support/running-kubemend.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

interface Trouble {
  readonly name: string;
  /** Makes it, and returns the address that kubemend is given, and how to mend it. */
  readonly make: (url: string) => Promise<{ readonly url: string; readonly mend: () => Promise<unknown> }>;
  readonly says: RegExp;
}

async function asAdmin(url: string, text: string): Promise<void> {
  const admin = openDatabase(url, { maxConnections: 1 });
  await admin.pool.query(text);
  await admin.close();
}

const nameOf = (url: string) => new URL(url).pathname.slice(1);
/** On the maintenance database: settings of the other one would bind the session that changes them. */
const serverOf = (url: string) => url.replace(/\/[^/]*$/, "/postgres");

const cleanups: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const one of cleanups) await one();
});

const troubles: readonly Trouble[] = [
  {
    name: "absent",
    says: /does not answer/,
    async make(url) {
      const target = new URL(url);
      const port = await freePort();
      const away = new URL(url);
      away.host = `127.0.0.1:${port}`;
      return {
        url: away.href,
        async mend() {
          const proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) }, port);
          cleanups.push(async () => await proxy[Symbol.asyncDispose]());
        },
      };
    },
  },
  {
    name: "with another password",
    says: /does not answer.*password/,
    async make(url) {
      const user = `u_${nameOf(url)}`;
      await asAdmin(serverOf(url), `create role ${user} login superuser password 'the right one'`);
      cleanups.push(() => asAdmin(serverOf(url), `drop role if exists ${user}`));
      const wrong = new URL(url);
      wrong.username = user;
      wrong.password = "sesame";
      return { url: wrong.href, mend: () => asAdmin(serverOf(url), `alter role ${user} password 'sesame'`) };
    },
  },
  {
    name: "read-only",
    says: /takes no writes/,
    async make(url) {
      const set = (value: string) =>
        asAdmin(serverOf(url), `alter database ${nameOf(url)} set default_transaction_read_only = ${value}`);
      await set("on");
      return { url, mend: () => set("off") };
    },
  },
];

test.concurrent.each(
  full ? troubles : troubles.slice(0, 1),
)("a database that is $name at boot: lives, says so, refuses, and works when it is back (O1)", {
  timeout: 180_000,
}, async ({ name, make, says }) => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  await using slack = await startLocalSlack();
  const { url, mend } = await make(database.url);
  const startedAt = performance.now();
  await using kubemend = await runKubemend({ databaseUrl: url, clusterUrl: cluster.url, slack });
  await vi.waitFor(async () => expect(await kubemend.probe("/readyz")).toMatchObject({ status: 503 }), {
    timeout: 60_000,
    interval: 200,
  });
  const seconds = Math.ceil((performance.now() - startedAt) / 1000);
  expect((await kubemend.probe("/readyz"))?.text).toMatch(says);
  expect((await kubemend.probe("/readyz"))?.text, "and what to do about it").toMatch(/DATABASE_URL/);
  expect(kubemend.child.output()).not.toContain("sesame");
  expect(await kubemend.probe("/healthz"), "nobody restarts what only waits").toMatchObject({ status: 200 });
  const click = await fetch(`${kubemend.url}/slack/events`, { method: "POST", body: "payload={}" });
  expect(click.status, "a click has no effect and shows as failed").toBe(503);
  expect(seconds).toBeLessThanOrEqual(60);
  if (full) {
    await vi.waitFor(() => expect(JSON.stringify(slack.requests())).toContain("cannot use its database"), {
      timeout: 60_000,
      interval: 500,
    });
  }
  expect(kubemend.child.process.exitCode).toBeNull();
  await mend();
  const mendedAt = performance.now();
  await vi.waitFor(async () => expect(await kubemend.probe("/readyz")).toMatchObject({ status: 200 }), {
    timeout: 60_000,
    interval: 200,
  });
  expect(cluster.writes).toEqual([]);
  promiseFigure(
    "O1",
    name,
    `said after ${seconds} s, ready ${Math.ceil((performance.now() - mendedAt) / 1000)} s after it was back`,
  );
});
