import { expect, test } from "vitest";
import { rejectPlan } from "../../src/actions/approve/approve.ts";
import { undoPlan } from "../../src/actions/execute/undo.ts";
import type { AuditEntry } from "../../src/incident/audit-entry.ts";
import type { ActionPlan } from "../../src/incident/fix/action-plan.ts";
import { listAudit, verifyAudit } from "../../src/store/audit.ts";
import { expirePlans } from "../../src/store/plans/expire-plans.ts";
import { setFreeze } from "../../src/store/plans/freeze.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { executeAll } from "../support/carry-out.ts";
import {
  approve,
  boundless,
  executor,
  human,
  planStore,
  propose,
  raiseLimit,
  saidOfExpired,
} from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";
import { replayAudit } from "../support/replay-audit.ts";

/** Small and seeded: the same histories every time (Numerical Recipes' linear congruential generator). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test("the state of every plan, told by the audit alone, equals the tables after random histories (U1)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const random = generator(20_261_120);
  const all: ActionPlan[] = [];
  const everything: ActionPlan[] = [];
  // Mostly the newest, which can still become something; old ones get the refusals.
  const pick = () => (random(3) > 0 ? all.at(-1) : all[random(all.length)]);
  const moves: readonly (() => Promise<unknown>)[] = [
    async () => {
      // A limit that is the present one is nothing to plan.
      const recommendation = raiseLimit(`${40 + random(200)}Mi`);
      const plan = await propose(cluster.actor, plans, { recommendation }).catch(() => undefined);
      if (plan) all.push(plan);
    },
    async () => {
      const plan = pick();
      return plan && approve(plans, plan, `u${random(3)}`);
    },
    async () => executeAll(executor(cluster.actor, plans)),
    async () => {
      const { rows } = await database.pool.query<{ id: string }>(
        "select id from action_plan where state = 'applied' order by applied_at desc limit 1",
      );
      return undoPlan(rows[0]?.id ?? "", "slack:ann", { ...executor(cluster.actor, plans), plans });
    },
    async () => {
      const plan = pick();
      return (
        plan &&
        rejectPlan(
          { planId: plan.id, digest: plan.digest, by: human("bob"), reason: "no" },
          { plans, policy: boundless },
        )
      );
    },
    async () => {
      const plan = pick();
      if ((await plans.get(plan?.id ?? ""))?.plan.state !== "applied") return;
      await plans.saveVerification({
        planId: plan?.id ?? "",
        verdict: random(2) ? "recovered" : "not-recovered",
        reason: "seen",
        at: Date.now(),
        remaining: [],
        fresh: [],
      });
    },
    async () => {
      await database.pool.query("update action_plan set expires_at = now() where id = $1 and state = 'proposed'", [
        pick()?.id,
      ]);
      await expirePlans(database, saidOfExpired);
    },
    async () => setFreeze(database, { frozen: random(4) === 0, by: { id: "slack:ann", name: "ann" } }),
  ];
  const histories = promised(1_000, 10);
  const entries: AuditEntry[] = [];
  const readOn = async () => {
    for (;;) {
      const page = await listAudit(database, { after: entries.at(-1)?.seq ?? 0, limit: 10_000 });
      entries.push(...page);
      if (page.length < 10_000) return;
    }
  };
  const states = new Set<string>();
  const compare = async (ids: Iterable<string>, told: ReturnType<typeof replayAudit>) => {
    for (const id of ids) {
      const stored = await plans.get(id);
      if (!stored) throw new Error(`plan ${id} is not in the table`);
      states.add(stored.plan.state);
      expect(told.get(id)).toEqual({
        state: stored.plan.state,
        digest: stored.plan.digest,
        voters: stored.approvals.map((approval) => approval.by.id),
        verdict: stored.verification?.verdict ?? null,
      });
    }
  };
  for (let history = 0; history < histories; history++) {
    all.length = 0;
    for (let step = 0; step < 30; step++) await moves[step % 3 === 0 ? 0 : random(moves.length)]?.();
    // What is on its way is compared as well, not only what has come to an end: an approval that nobody has carried out yet.
    await setFreeze(database, { frozen: false, by: { id: "slack:ann", name: "ann" } });
    await moves[0]?.();
    const last = all.at(-1);
    if (last) await approve(plans, last, "u9");
    const from = entries.length;
    await readOn();
    await compare(new Set(all.map((plan) => plan.id)), replayAudit(entries.slice(from)));
    everything.push(...all);
  }
  // What later histories did to the plans of earlier ones is in the audit too.
  const ids = [...new Set(everything.map((plan) => plan.id))];
  expect(ids.length).toBeGreaterThan(40);
  await compare(ids, replayAudit(entries));
  // A history that never got anywhere would prove nothing.
  expect([...states]).toEqual(expect.arrayContaining(["superseded", "rejected", "expired", "undone", "approved"]));
  expect(await verifyAudit(database)).toMatchObject({ intact: true });
  promiseFigure(
    "U1",
    `${grouped(histories)} histories, ${grouped(ids.length)} plans, ${grouped(entries.length)} entries`,
    "state by the audit equals the tables",
  );
});
