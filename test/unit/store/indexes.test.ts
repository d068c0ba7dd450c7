import { expect, test } from "vitest";
import { openDatabase } from "../../../src/store/database.ts";
import { modelSpending } from "../../../src/store/people/own-figures.ts";
import { expirePlans } from "../../../src/store/plans/expire-plans.ts";
import { offerOfPlan } from "../../../src/store/plans/fix-offers.ts";
import { planStanding, plansToVerify } from "../../../src/store/plans/plans.ts";
import { outcomesOf } from "../../../src/store/plans/verifications.ts";
import { saidOfExpired } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";

test("what is asked with every tick, message and scrape is found by an index, however much is kept", async () => {
  await using made = await withDatabase();
  // On a few rows the server would read them all, whatever indexes there are.
  await made.pool.query(`alter database ${new URL(made.url).pathname.slice(1)} set enable_seqscan = off`);
  await using database = openDatabase(made.url, { maxConnections: 1 });
  await plansToVerify(database, "shop");
  await expirePlans(database, saidOfExpired, "shop");
  await planStanding(database);
  await offerOfPlan(database, "p1");
  await outcomesOf(database, { action: "restart", cause: "missing-env", kind: "Deployment" }, "shop");
  await modelSpending(database);
  await database.pool.query("select pg_stat_force_next_flush()");
  const { rows } = await database.pool.query<{ name: string }>(
    "select indexrelname as name from pg_stat_user_indexes where idx_scan > 0",
  );
  const used = rows.map(({ name }) => name);
  for (const name of [
    "action_plan_applied",
    "action_plan_proposed",
    "action_plan_decided",
    "action_plan_record",
    "fix_offer_plan",
    "diagnosis_spent",
  ])
    expect(used).toContain(name);
});
