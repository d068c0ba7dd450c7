import { afterEach, describe, expect, test, vi } from "vitest";
import { expirePlans } from "../../src/store/plans/expire-plans.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { executeAll } from "../support/carry-out.ts";
import { approve, executor, planStore, propose, saidOfExpired } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { full, promiseFigure } from "../support/promise-figure.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("approvals expire by the database's clock, whatever the time here (A5)", () => {
  test.each(
    full ? [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5] : [-5, 0, 5],
  )("with a process clock that is off by %i minutes", async (minutes) => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const real = Date.now;
    vi.spyOn(Date, "now").mockImplementation(() => real() + minutes * 60_000);
    const late = await propose(cluster.actor, plans);
    await database.pool.query("update action_plan set expires_at = now() - interval '1 millisecond' where id = $1", [
      late.id,
    ]);
    expect(await approve(plans, late)).toEqual({ type: "refused", reason: "expired" });
    const inTime = await propose(cluster.actor, plans);
    expect(inTime.expiresAt - real()).toBeGreaterThan(14 * 60_000);
    expect(inTime.expiresAt - real()).toBeLessThan(16 * 60_000);
    expect(await approve(plans, inTime)).toEqual({ type: "approved" });
    promiseFigure("A5", `clock ${minutes} min off`, "0 late runs");
  });

  test("an approval that nobody carried out in time is not carried out any more", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans);
    await approve(plans, plan);
    await database.pool.query("update action_plan set decided_at = now() - interval '16 minutes'");
    expect(await executeAll(executor(cluster.actor, plans))).toEqual([]);
    expect((await expirePlans(database, saidOfExpired)).map(({ id }) => id)).toEqual([plan.id]);
    expect((await plans.get(plan.id))?.plan.state).toBe("expired");
    expect(cluster.writes).toEqual([]);
  });
});
