import { expect, test, vi } from "vitest";
import { startLocalSlack } from "../../src/local-slack/start-local-slack.ts";
import { verifyAudit } from "../../src/store/audit.ts";
import { openDatabase } from "../../src/store/database.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { approve, planStore, propose, raiseLimit } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { promised, promiseFigure } from "../support/promise-figure.ts";
import { runKubemend } from "../support/running-kubemend.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const everyMs = promised(5_000, 700);
const kills = promised(120, 3);

test("connections to the database that are killed over and over end nothing, and nothing approved is lost or done twice (O2)", {
  timeout: promised(1_500_000, 90_000),
}, async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  await using slack = await startLocalSlack();
  await using kubemend = await runKubemend({ databaseUrl: database.url, clusterUrl: cluster.url, slack });
  const ready = () =>
    vi.waitFor(async () => expect(await kubemend.probe("/readyz")).toMatchObject({ status: 200 }), {
      timeout: 60_000,
      interval: 200,
    });
  await ready();
  const admin = openDatabase(database.url.replace(/\/[^/]*$/, "/postgres"), { maxConnections: 1 });
  const own = planStore(database, { cluster: "shop" });
  let killed = 0;
  let approved = 0;
  for (let round = 0; round < kills; round++) {
    // Approved at the moment at which the actor's connections die.
    const plan = await propose(cluster.actor, own, { recommendation: raiseLimit(`${64 + round}Mi`) });
    expect(await approve(own, plan)).toEqual({ type: "approved" });
    approved++;
    const { rows } = await admin.pool.query<{ killed: number }>(
      "select count(pg_terminate_backend(pid))::int as killed from pg_stat_activity where datname = $1 and application_name in ('kubemend', 'kubemend-jobs')",
      [new URL(database.url).pathname.slice(1)],
    );
    killed += rows[0]?.killed ?? 0;
    await new Promise((wake) => setTimeout(wake, everyMs));
    expect(kubemend.child.process.exitCode, kubemend.child.output().slice(-2_000)).toBeNull();
    await vi.waitFor(async () => expect((await own.get(plan.id))?.plan.state).toBe("applied"), {
      timeout: 60_000,
      interval: 200,
    });
  }
  await ready();
  expect(killed).toBeGreaterThan(kills);
  expect(cluster.writes).toHaveLength(approved);
  expect(await verifyAudit(database)).toMatchObject({ intact: true });
  await admin.close();
  promiseFigure(
    "O2",
    `${kills} times all connections killed, every ${everyMs / 1000} s (${killed} connections)`,
    `same process alive, ${approved} approved plans applied once each`,
  );
});

test("a database that stumbles while kubemend starts, and is back at once, ends nothing (O2)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const target = new URL(database.url);
  await using proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  const behindProxy = new URL(database.url);
  behindProxy.host = `127.0.0.1:${proxy.port}`;
  await using kubemend = await runKubemend({ databaseUrl: behindProxy.href, clusterUrl: cluster.url });
  await vi.waitFor(() => expect(kubemend.child.output()).toContain("store.ready"), { timeout: 60_000, interval: 1 });
  proxy.set("silent");
  await new Promise((wake) => setTimeout(wake, 300));
  // Whatever was under way is cut off, and the next question is answered.
  proxy.set("pass");
  await vi.waitFor(
    async () => {
      expect(kubemend.child.process.exitCode, kubemend.child.output().slice(-2_000)).toBeNull();
      expect(await kubemend.probe("/readyz")).toMatchObject({ status: 200 });
    },
    { timeout: 60_000, interval: 100 },
  );
  expect(kubemend.child.output()).toContain("kubemend.database-lost");
});
