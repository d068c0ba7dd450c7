import { expect, test } from "vitest";
import { verifyAudit } from "../../src/store/audit.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { executeNext } from "../support/carry-out.ts";
import { type Child, startChild } from "../support/child.ts";
import { recommend } from "../support/plan-fixture.ts";
import { approve, executor, planStore, propose, raiseLimit } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";

const approver = new URL("../support/approver-process.ts", import.meta.url).pathname;
const processes = 4;
const people = promised(1_000, 100);
const rounds = promised(100, 3);

/** Starts and waits until it listens. */
async function startApprover(databaseUrl: string): Promise<Child> {
  const child = startChild(approver, [databaseUrl]);
  expect(await child.line()).toBe("ready");
  return child;
}

test("a fix that many approve at once, from several processes, is applied exactly once, and the losers are told why (A1)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  await using children = new AsyncDisposableStack();
  const approvers = await Promise.all(
    Array.from({ length: processes }, async () => children.use(await startApprover(database.url))),
  );
  const stores = Array.from({ length: processes }, (_, index) => planStore(database, { holder: `process-${index}` }));
  const slowest: number[] = [];
  for (let round = 0; round < rounds; round++) {
    cluster.writes.length = 0;
    const plan = await propose(cluster.actor, planStore(database), { recommendation: raiseLimit(`${100 + round}Mi`) });
    for (const [index, child] of approvers.entries())
      child.say(`${plan.id} ${plan.digest} ${people / processes} p${index}-`);
    const heard: Record<string, number> = {};
    for (const child of approvers) {
      const told = JSON.parse(await child.line()) as { heard: Record<string, number>; ms: number };
      for (const [word, count] of Object.entries(told.heard)) heard[word] = (heard[word] ?? 0) + count;
      slowest.push(told.ms);
    }
    expect(heard).toEqual({ approved: 1, "already-decided": people - 1 });
    const executions = await Promise.all(
      stores.flatMap((plans) => Array.from({ length: 5 }, () => executeNext(executor(cluster.actor, plans)))),
    );
    expect(executions.filter((outcome) => outcome.type === "finished")).toHaveLength(1);
    expect(executions.filter((outcome) => outcome.type === "idle")).toHaveLength(processes * 5 - 1);
    expect(cluster.writes).toHaveLength(1);
    const stored = await planStore(database).get(plan.id);
    expect(stored?.plan.state).toBe("applied");
    expect(stored?.executions.map((execution) => execution.outcome)).toEqual(["applied"]);
  }
  expect(await verifyAudit(database)).toMatchObject({ intact: true });
  promiseFigure(
    "A1",
    `${rounds} x ${grouped(people)} approvals at once from ${processes} processes`,
    `1 execution each; ${grouped((people - 1) * rounds)} losers told why; all answered within ${Math.max(...slowest)} ms`,
  );
});

test("two plans for one target are never carried out at the same time (A1)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const first = await propose(cluster.actor, plans);
  const second = await propose(cluster.actor, plans, {
    recommendation: recommend("scale", ["Deployment", "carts"], { replicas: 3 }),
  });
  expect(await approve(plans, first)).toEqual({ type: "approved" });
  expect(await approve(plans, second)).toEqual({ type: "approved" });
  const held = await plans.claim();
  expect(held?.plan.id).toBe(first.id);
  expect(await plans.claim(), "the second waits").toBeUndefined();
});
