import { expect, test } from "vitest";
import { planDigest } from "../../src/actions/plan/plan-digest.ts";
import type { ActionPlan } from "../../src/incident/fix/action-plan.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { executeAll } from "../support/carry-out.ts";
import { approve, executor, planStore, propose } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";

type Path = readonly (string | number)[];

/** Every place in the plan where a single value stands. */
function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, child]) => places(child, [...path, key]));
}

function mutated(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  return `${String(value)}x`;
}

function withMutation(plan: unknown, path: Path): unknown {
  const copy = structuredClone(plan) as Record<string | number, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  const last = path.at(-1) ?? "";
  at[last] = mutated(at[last]);
  return copy;
}

test("a plan that differs in any one value from the approved one never runs (A2)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const content = await propose(cluster.actor, plans);
  const { digest: _digest, state: _state, ...stored } = content;
  const all = places(stored);
  expect(all.length).toBeGreaterThan(50);
  await approve(plans, content);
  let run = 0;
  const mutations = promised(10_000, all.length);
  for (let index = 0; index < mutations; index++) {
    // Every place at least once; further rounds change several places at once.
    const round = Math.floor(index / all.length);
    const changedPlaces = Array.from(
      { length: round + 1 },
      (_, step) => all[(index + step * (7 + round)) % all.length] ?? [],
    );
    const path = changedPlaces[0] ?? [];
    const changed = [...new Set(changedPlaces)].reduce(withMutation, stored as unknown) as ActionPlan;
    // One half with the old digest beside it, the other with one that fits: the vote still names what the person saw.
    const digest = index % 2 === 0 ? content.digest : planDigest(changed);
    await database.pool.query("delete from execution");
    await database.pool.query(
      "update action_plan set content = $1, digest = $2, state = 'approved', decided_at = now(), attempt = 0 where id = $3",
      [JSON.stringify(changed), digest, content.id],
    );
    const outcomes = await executeAll(executor(cluster.actor, plans));
    for (const outcome of outcomes) if (outcome.type === "finished" && outcome.result.outcome === "applied") run++;
    expect((await plans.get(content.id))?.plan.state, path.join(".")).toBe("failed");
  }
  expect(run).toBe(0);
  expect(cluster.writes).toEqual([]);
  promiseFigure("A2", `${grouped(mutations)} mutations of an approved plan`, `${run} run`);
});

test("a plan that nobody approved does not run because its row says so (A2)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const plan = await propose(cluster.actor, plans);
  await database.pool.query("update action_plan set state = 'approved', decided_at = now() where id = $1", [plan.id]);
  expect(await executeAll(executor(cluster.actor, plans))).toMatchObject([{ result: { outcome: "refused" } }]);
  expect(cluster.writes).toEqual([]);
});
