import { expect, test, vi } from "vitest";
import { startActor } from "../../../../src/app/plans/actor.ts";
import { queues } from "../../../../src/app/queues.ts";
import { systemClock } from "../../../../src/lib/clock.ts";
import { silentLogger } from "../../../../src/lib/logger.ts";
import { saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { timelineOf } from "../../../../src/store/incidents/timeline.ts";
import { createPlanStore } from "../../../../src/store/plans/plan-store.ts";
import { startActorCluster } from "../../../support/actor-cluster.ts";
import { executeNext } from "../../../support/carry-out.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { passThrough } from "../../../support/plan-fixture.ts";
import { approve, boundless, executor, propose, raiseLimit } from "../../../support/plan-life.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

type Plans = ReturnType<typeof createPlanStore>;

/** An actor whose jobs are handed to it by the test; `plans` may be told to fail. */
async function withActor(database: TestDatabase, more: (plans: Plans) => Partial<Plans> = () => ({})) {
  const cluster = await startActorCluster();
  await saveIncident(database, incidentRow(7));
  const own = createPlanStore(database);
  const plans = { ...own, ...more(own) };
  const handlers = new Map<string, (data: object) => Promise<void>>();
  const sent: string[] = [];
  const stopping = new AbortController();
  const { done } = await startActor({
    database,
    plans,
    cluster: cluster.actor,
    policy: boundless,
    redact: passThrough,
    now: Date.now,
    log: silentLogger,
    changed: async () => undefined,
    jobs: {
      send: async (queue: string) => void sent.push(queue),
      work: async (queue: string, handler: (data: object) => Promise<void>) => void handlers.set(queue, handler),
    } as never,
    clock: systemClock,
    signal: stopping.signal,
  });
  const kinds = async () => (await timelineOf(database, "7")).map(({ kind }) => kind);
  return {
    cluster,
    plans: own,
    sent,
    kinds,
    undo: (planId: string) => handlers.get(queues.undo)?.({ planId, by: "slack:ann" }),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await done;
      await cluster[Symbol.asyncDispose]();
    },
  };
}

const soon = { timeout: 30_000, interval: 50 };

test("what was applied is told although the database went away right after it was written down", async () => {
  await using database = await withDatabase();
  let claims = 0;
  await using actor = await withActor(database, (plans) => ({
    async claim(planId) {
      const claim = await plans.claim(planId);
      // The look for the next plan, after the first was carried out.
      if (!claim && claims === 1) {
        claims++;
        throw new Error("Connection terminated");
      }
      if (claim) claims++;
      return claim;
    },
  }));
  const plan = await propose(actor.cluster.actor, actor.plans);
  await approve(actor.plans, plan);
  await vi.waitFor(async () => expect((await actor.plans.get(plan.id))?.plan.state).toBe("applied"), soon);
  await vi.waitFor(async () => expect(await actor.kinds()).toEqual(["applied"]), soon);
});

test("what a process that died had carried out is told by the next one, once, and what was not applied is planned again", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const dead = createPlanStore(database);
  const plan = await propose(cluster.actor, dead);
  await approve(dead, plan);
  const refusing = {
    ...cluster.actor,
    apply: async () => ({ type: "refused" as const, status: 403, reason: "Forbidden", fields: [] }),
  };
  expect(await executeNext(executor(refusing, dead))).toMatchObject({ result: { outcome: "refused" } });
  await using actor = await withActor(database);
  await vi.waitFor(async () => expect(await actor.kinds()).toEqual(["not-applied"]), soon);
  expect(actor.sent).toEqual([queues.plan]);
});

test("an undo whose job comes again because its process died is not said to have failed", async () => {
  await using database = await withDatabase();
  await using actor = await withActor(database);
  const plan = await propose(actor.cluster.actor, actor.plans);
  await approve(actor.plans, plan);
  await vi.waitFor(async () => expect(await actor.kinds()).toEqual(["applied"]), soon);
  await actor.undo(plan.id);
  await vi.waitFor(async () => expect(await actor.kinds()).toEqual(["applied", "undone"]), soon);
  await actor.undo(plan.id);
  expect(await actor.kinds()).toEqual(["applied", "undone"]);
});

test("an undo waits while another change of the same object is under way", async () => {
  await using database = await withDatabase();
  await using actor = await withActor(database);
  const plan = await propose(actor.cluster.actor, actor.plans);
  await approve(actor.plans, plan);
  await vi.waitFor(async () => expect(await actor.kinds()).toEqual(["applied"]), soon);
  const next = await propose(actor.cluster.actor, actor.plans, { recommendation: raiseLimit("128Mi") });
  const hold = (until: string) =>
    database.pool.query(
      `update action_plan set state = 'executing', phase = 'apply', lease_holder = 'another', lease_until = ${until} where id = $1`,
      [next.id],
    );
  await hold("now() + interval '1 hour'");
  await expect(actor.undo(plan.id)).rejects.toThrow(/under way/);
  expect(await actor.kinds()).toEqual(["applied"]);
  await database.pool.query("update action_plan set state = 'failed' where id = $1", [next.id]);
  await actor.undo(plan.id);
  await vi.waitFor(async () => expect(await actor.kinds()).toEqual(["applied", "undone"]), soon);
});
