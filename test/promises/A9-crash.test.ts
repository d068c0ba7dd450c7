import { spawn } from "node:child_process";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { verifyAudit } from "../../src/store/audit.ts";
import type { Database } from "../../src/store/database.ts";
import { type ActorCluster, actorFor, deadUrl, startActorCluster } from "../support/actor-cluster.ts";
import { executeAll, executeNext } from "../support/carry-out.ts";
import { inParallel } from "../support/child.ts";
import { recommend } from "../support/plan-fixture.ts";
import { approve, executor, planStore, propose, proposeSetting } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { promised, promiseFigure } from "../support/promise-figure.ts";

const script = new URL("../support/actor-process.ts", import.meta.url).pathname;

/** Runs a process of its own; tells how it ended. */
function runActor(
  args: readonly string[],
): Promise<{ signal: NodeJS.Signals | null; code: number | null; output: string }> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, output }));
  });
}

/** What a restarted actor does: carries out whatever it can claim, until the plan is no longer in flight. */
async function recover(database: Database, cluster: ActorCluster, planId: string) {
  const plans = planStore(database, { holder: "restarted" });
  return await vi.waitFor(
    async () => {
      await executeAll(executor(cluster.actor, plans));
      const stored = await plans.get(planId);
      expect(stored?.plan.state).not.toMatch(/approved|executing/);
      return stored;
    },
    { timeout: 20_000, interval: 100 },
  );
}

describe("a crash in the middle is resolved by looking at the cluster (A9)", () => {
  const points = [
    "approved",
    "claimed",
    "checked",
    "looked",
    "leased",
    "before-apply",
    "after-apply",
    "step-done",
    "before-finish",
    "finished",
  ];

  const times = promised(60, 1);

  test.each(points)("killed with SIGKILL at: %s", async (point) => {
    await inParallel(times, 3, () => killedAt(point));
    promiseFigure("A9", `killed ${times} times at: ${point}`, "applied once");
  });

  async function killedAt(point: string): Promise<void> {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plan = await propose(cluster.actor, planStore(database));
    const died = await runActor([database.url, cluster.url, plan.id, plan.digest, point, "400"]);
    expect(died.signal, died.output).toBe("SIGKILL");
    const stored = await recover(database, cluster, plan.id);
    expect(stored?.plan.state).toBe("applied");
    expect(cluster.writes, "the patch reached the cluster exactly once").toHaveLength(1);
    expect(cluster.get("Deployment", "carts")?.metadata.annotations?.["kubemend.dev/plan-digest"]).toBe(plan.digest);
    expect(stored?.executions.map((execution) => execution.outcome)).toEqual(["applied"]);
    expect(await verifyAudit(database)).toMatchObject({ intact: true });
  }

  test.each([
    "claimed",
    "after-apply",
    "before-finish",
  ])("killed with several plans beside each other at: %s", async (point) => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const store = planStore(database);
    const plans = await Promise.all([1, 2, 3, 4].map((index) => proposeSetting(cluster, store, index)));
    for (const plan of plans) await approve(store, plan);
    cluster.writes.length = 0;
    const [first] = plans;
    expect((await runActor([database.url, cluster.url, first?.id ?? "", "", point, "400"])).signal).toBe("SIGKILL");
    for (const plan of plans) expect((await recover(database, cluster, plan.id))?.plan.state).toBe("applied");
    expect(cluster.writes.map((write) => write.after?.metadata.name).toSorted(), "each exactly once").toEqual(
      plans.map(({ target }) => target.name).toSorted(),
    );
    expect(await verifyAudit(database)).toMatchObject({ intact: true });
  });

  test.each([
    "before-apply",
    "after-apply",
    "step-done",
  ])("killed between the steps of one plan at: %s", async (point) => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const recommendation = recommend("patch-config", ["ConfigMap", "carts-config"], {
      key: "upstream",
      value: "http://carts-db",
      restart: ["carts"],
    });
    const plan = await propose(cluster.actor, planStore(database), { recommendation });
    expect((await runActor([database.url, cluster.url, plan.id, plan.digest, point, "400"])).signal).toBe("SIGKILL");
    expect((await recover(database, cluster, plan.id))?.plan.state).toBe("applied");
    expect(cluster.writes.map((write) => write.resource.kind)).toEqual(["ConfigMap", "Deployment"]);
  });
});

/** Passes everything on; the answers to the first `lose` writes are thrown away after the server has given them. */
async function forgetfulProxy(target: string, lose: number) {
  let left = lose;
  const server = createServer((incoming, outgoing) => {
    const upstream = httpRequest(
      `${target}${incoming.url ?? ""}`,
      { method: incoming.method ?? "GET", headers: incoming.headers },
      (answer) => {
        const isWrite = incoming.method !== "GET";
        answer.once("end", () => isWrite && left-- > 0 && outgoing.destroy());
        if (isWrite && left > 0) answer.resume();
        else {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        }
      },
    );
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

test.each([
  { name: "a patch", recommendation: undefined },
  {
    name: "a scale, which bears no stamp",
    recommendation: recommend("scale", ["Deployment", "carts"], { replicas: 3 }),
  },
  { name: "a deletion", recommendation: recommend("delete-pod", ["Pod", "carts-2-abcde"]) },
  {
    name: "a new object",
    recommendation: recommend("create-hpa", ["Deployment", "carts"], {
      minReplicas: 1,
      maxReplicas: 4,
      cpuPercent: 70,
    }),
  },
])("the answer to $name is lost after it took effect: known by looking, not sent again (A9)", async ({
  recommendation,
}) => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const plan = await propose(cluster.actor, plans, recommendation ? { recommendation } : {});
  await approve(plans, plan);
  await using proxy = await forgetfulProxy(cluster.url, 1);
  expect(await executeNext(executor(actorFor(proxy.url), plans))).toMatchObject({
    type: "finished",
    result: { outcome: "applied" },
  });
  expect(cluster.writes).toHaveLength(1);
});

test("a process that wakes up after its lease has run out finds that another has taken over (A9)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plan = await propose(cluster.actor, planStore(database));
  await approve(planStore(database), plan);
  let wake = () => {};
  const asleep = new Promise<void>((resolve) => (wake = resolve));
  const sleeper = executeNext(
    executor(cluster.actor, planStore(database, { holder: "sleeper", leaseMs: 1 }), {
      crashPoint: (name) => (name === "before-apply" ? asleep : undefined),
    }),
  );
  const other = planStore(database, { holder: "other" });
  await vi.waitFor(async () =>
    expect(await executeNext(executor(cluster.actor, other))).toMatchObject({ type: "finished" }),
  );
  wake();
  expect(await sleeper).toEqual({ type: "lost", planId: plan.id });
  expect(cluster.writes).toHaveLength(1);
});

test("a cluster that cannot be reached is tried again later, and nothing is guessed (A9)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const plan = await propose(cluster.actor, plans);
  await approve(plans, plan);
  const nobody = actorFor(await deadUrl());
  expect(await executeNext(executor(nobody, plans))).toMatchObject({ type: "postponed" });
  expect((await plans.get(plan.id))?.plan.state).toBe("executing");
  await database.pool.query("update action_plan set lease_until = now() - interval '1 second'");
  expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({
    type: "finished",
    result: { outcome: "applied" },
  });
});
