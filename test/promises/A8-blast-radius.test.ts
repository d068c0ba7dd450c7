import { expect, test } from "vitest";
import { policySchema } from "../../src/actions/policy/policy-file.ts";
import type { ActionPlan } from "../../src/incident/fix/action-plan.ts";
import { openDatabase } from "../../src/store/database.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { approve, planStore, proposeSetting } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";

const rules = [{ name: "all", namespaces: ["*"], approvers: { anyone: true } }];

test.each([
  { name: "of the namespace", budgets: { perNamespacePerHour: 5, perClusterPerHour: 100 } },
  { name: "of the cluster", budgets: { perNamespacePerHour: 100, perClusterPerHour: 5 } },
])("many approvals at once stay within the budget $name (A8)", async ({ name: of, budgets }) => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster({ empty: true });
  await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  const policy = policySchema.parse({ version: 1, rules, budgets });
  const plans = planStore(database);
  const proposals: ActionPlan[] = [];
  const count = promised(1_000, 60);
  for (let index = 0; index < count; index++) {
    proposals.push(await proposeSetting(cluster, plans, index));
  }
  const pools = [1, 2].map(() => openDatabase(database.url, { maxConnections: 5 }));
  const replicas = pools.map((pool) => planStore(pool));
  const outcomes = await Promise.all(
    proposals.map((plan, index) => approve(replicas[index % 2] ?? plans, plan, `u${index}`, policy)),
  );
  expect(outcomes.filter((outcome) => outcome.type === "approved")).toHaveLength(5);
  expect(outcomes.filter((outcome) => outcome.type === "refused" && outcome.reason === "budget-spent")).toHaveLength(
    count - 5,
  );
  promiseFigure("A8", `${grouped(count)} plans at once, budget ${of}`, `5 approved, as many as the budget`);
  // A vote that met a spent budget is not kept: it can be given again when the hour has passed.
  await database.pool.query(
    "update action_plan set decided_at = decided_at - interval '61 minutes' where decided_at is not null",
  );
  const refused = outcomes.findIndex((outcome) => outcome.type === "refused");
  const again = proposals[refused];
  if (!again) throw new Error("no plan was refused");
  expect(await approve(plans, again, `u${refused}`, policy)).toEqual({ type: "approved" });
  await Promise.all(pools.map((pool) => pool.close()));
});
