import { describe, expect, test } from "vitest";
import { makeRun, restoreRuns } from "../../../src/app/chaos/chaos-run.ts";
import { addChaosRun, askChaosStop, getChaosRun, takeRequestedRun } from "../../../src/store/chaos/runs.ts";
import type { ActorCluster } from "../../support/actor-cluster.ts";
import type { TestDatabase } from "../../support/postgres.ts";
import { chaosClient, depsFor, experimentOf, starve } from "./chaos-world.ts";
import { eachInChaosWorld } from "./each-in-chaos-world.ts";

const empty = { method: "scale-to-zero", target: { kind: "StatefulSet", name: "db" } };

let cluster: ActorCluster;
let database: TestDatabase;
eachInChaosWorld((world) => {
  ({ cluster, database } = world);
});

const replicasOfDb = () => (cluster.get("StatefulSet", "db")?.spec as { replicas?: number }).replicas;

describe("stopped", () => {
  test("before the fault is made: it is not made", async () => {
    const real = chaosClient(cluster.url);
    // Asked for while the steady state is looked at.
    const asking = {
      ...real,
      async get(...ref: Parameters<typeof real.get>) {
        await askChaosStop(database, "shop", "Ann");
        return await real.get(...ref);
      },
    };
    const steadyState = [{ type: "replicas", name: "carts are there", workload: "carts", above: -1 }];
    const made = await makeRun(depsFor(cluster, database, { cluster: asking }), experimentOf(starve, { steadyState }));
    expect(made).toMatchObject({
      result: { verdict: "aborted", reason: "stopped by Ann before anything was changed", changes: [] },
    });
    expect(cluster.writes).toEqual([]);
  });

  test("between two changes: the second is not made, the first is put back", async () => {
    const deps = depsFor(cluster, database, {
      afterChange: async () => void (await askChaosStop(database, "shop", "Ann")),
    });
    const made = await makeRun(deps, experimentOf({}, { method: [starve, empty] }));
    expect(made).toMatchObject({
      result: {
        verdict: "aborted",
        reason: "stopped by Ann",
        clean: true,
        changes: [{ restored: "restored" }, { restored: "not-made" }],
      },
    });
    expect(cluster.writes.map(({ resource }) => resource.kind)).toEqual(["Deployment", "Deployment"]);
  });
});

describe("what was changed is put back", () => {
  test("also when looking at another of the changed objects throws", async () => {
    const real = chaosClient(cluster.url);
    let broken = false;
    const throwing = {
      ...real,
      async get(...ref: Parameters<typeof real.get>) {
        if (broken && ref[0].kind === "Deployment") throw new Error("no such luck");
        return await real.get(...ref);
      },
    };
    const before = replicasOfDb();
    const deps = depsFor(cluster, database, {
      cluster: throwing,
      async afterChange(seq) {
        broken = seq === 1;
      },
    });
    const made = await makeRun(deps, experimentOf({}, { method: [empty, starve] }));
    expect(made).toMatchObject({
      result: { clean: false, changes: [{ restored: "restored" }, { restored: "failed", detail: "no such luck" }] },
    });
    expect(replicasOfDb()).toBe(before);
  });

  test("by a later restore, although the database takes no word of one of them", async () => {
    const before = replicasOfDb();
    // Made to look as a killed process leaves it: both changes made, nothing put back.
    const made = await makeRun(depsFor(cluster, database), experimentOf({}, { method: [empty, starve] }));
    if (made.type !== "ran") throw new Error(made.problems.join("; "));
    cluster.edit("StatefulSet", "db", (object) => ({ ...object, spec: { ...(object.spec as object), replicas: 0 } }));
    await database.pool.query("update chaos_change set state = 'applied'");
    await database.pool.query("update chaos_run set phase = 'injecting', result = null");
    await database.pool.query(
      `create or replace function refuse_mark() returns trigger language plpgsql as $$ begin raise exception 'away'; end $$;
       create trigger refuse_mark before update on chaos_change for each row when (new.seq = 1) execute function refuse_mark()`,
    );
    try {
      await expect(restoreRuns(depsFor(cluster, database), { force: false })).rejects.toThrow("away");
    } finally {
      await database.pool.query("drop trigger refuse_mark on chaos_change");
    }
    expect(replicasOfDb(), "the one before it in the run").toBe(before);
    expect((await getChaosRun(database, made.runId))?.phase, "looked at again").toBe("injecting");
  });
});

test("restoring a run that waits says nothing about it", async () => {
  const id = await addChaosRun(database, {
    cluster: "shop",
    name: "try",
    experiment: {},
    phase: "requested",
    by: "slack:U1",
  });
  expect(await restoreRuns(depsFor(cluster, database), { run: id, force: false })).toEqual({ runs: 1, clean: true });
  expect(await getChaosRun(database, id)).toMatchObject({ phase: "requested", result: null, note: null });
});

test("a run whose process ended before it began is closed, and no stop is said to reach it", async () => {
  const id = await addChaosRun(database, {
    cluster: "shop",
    name: "try",
    experiment: {},
    phase: "requested",
    by: "slack:U1",
  });
  expect((await takeRequestedRun(database, "shop"))?.id).toBe(id);
  await database.pool.query("update chaos_run set requested_at = now() - interval '11 minutes'");
  expect(await takeRequestedRun(database, "shop")).toBeUndefined();
  expect(await getChaosRun(database, id)).toMatchObject({
    phase: "refused",
    note: "its process ended before it began",
  });
  expect(await askChaosStop(database, "shop", "Ann")).toEqual([]);
});
