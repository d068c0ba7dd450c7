import { expect, test } from "vitest";
import { approvePlan } from "../../src/actions/approve/approve.ts";
import { startActorCluster } from "../support/actor-cluster.ts";
import { recommend } from "../support/plan-fixture.ts";
import { boundless, human, planStore, propose } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { grouped, promised, promiseFigure } from "../support/promise-figure.ts";

const people = ["requester", "ann", "bob"] as const;

/** All sequences of votes of the given length by three people, one of whom asked for the plan. */
function sequences(length: number): (typeof people)[number][][] {
  if (length === 0) return [[]];
  return sequences(length - 1).flatMap((rest) => people.map((person) => [...rest, person]));
}

/** What must come of a sequence: the requester never counts, nobody counts twice, two are enough, then it is decided. */
function model(votes: readonly string[]): string[] {
  const counted = new Set<string>();
  return votes.map((person) => {
    if (counted.size >= 2) return "already-decided";
    if (person === "requester") return "not-allowed";
    if (counted.has(person)) return "already-voted";
    counted.add(person);
    return counted.size >= 2 ? "approved" : "vote-counted";
  });
}

test("high risk needs two people of whom neither asked for it, in whatever order they vote (A4)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "watch"] }];
  const recommendation = recommend("patch-role", ["Role", "carts"], { rules });
  // After none, one and two voices that count, whoever comes next: three votes reach each of these.
  const longest = promised(6, 3);
  const all = Array.from({ length: longest }, (_, index) => sequences(index + 1)).flat();
  for (const votes of all) {
    const plan = await propose(cluster.actor, plans, { recommendation, requestedBy: "slack:requester" });
    expect(plan).toMatchObject({ risk: "high", approvalsNeeded: 2 });
    const seen: string[] = [];
    for (const person of votes) {
      const outcome = await approvePlan(
        { planId: plan.id, digest: plan.digest, by: human(person) },
        { plans, policy: boundless },
      );
      seen.push(outcome.type === "refused" ? outcome.reason : outcome.type);
    }
    expect(seen, votes.join(", ")).toEqual(model(votes));
  }
  promiseFigure("A4", `${grouped(all.length)} sequences of up to ${longest} votes`, "all as the model says");
});

test("two last voices at the same moment approve once (A4)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "watch"] }];
  for (let round = 0; round < 10; round++) {
    const plan = await propose(cluster.actor, plans, {
      recommendation: recommend("patch-role", ["Role", "carts"], { rules }),
    });
    const outcomes = await Promise.all(
      ["a", "b", "c", "d"].map((id) =>
        approvePlan({ planId: plan.id, digest: plan.digest, by: human(id) }, { plans, policy: boundless }),
      ),
    );
    const kinds = outcomes.map((outcome) => (outcome.type === "refused" ? outcome.reason : outcome.type)).toSorted();
    expect(kinds).toEqual(["already-decided", "already-decided", "approved", "vote-counted"]);
  }
});

test("a bot never approves, not even where anyone may (A4)", async () => {
  await using database = await withDatabase();
  await using cluster = await startActorCluster();
  const plans = planStore(database);
  const plan = await propose(cluster.actor, plans);
  const by = { ...human("integration"), human: false };
  expect(await approvePlan({ planId: plan.id, digest: plan.digest, by }, { plans, policy: boundless })).toMatchObject({
    type: "refused",
    reason: "not-allowed",
  });
});
