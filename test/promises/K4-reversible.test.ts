import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { intentOf } from "../../src/actions/change/intent.ts";
import { type ActorCluster, startActorCluster } from "../support/actor-cluster.ts";
import { planFor, recommend } from "../support/plan-fixture.ts";
import { promiseFigure } from "../support/promise-figure.ts";
import { reversibleCases } from "../support/reversible-cases.ts";

describe("every action changes what it says, and its undo leaves the specification as it was (K4)", () => {
  let cluster: ActorCluster;
  beforeAll(async () => {
    cluster = await startActorCluster();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  const everything = () => cluster.all().map(intentOf);

  test.each(reversibleCases)("$name", async ({ action, target, params, diff }) => {
    const before = everything();
    cluster.writes.length = 0;
    const plan = await planFor(recommend(action, target, params), cluster.actor);
    expect(cluster.writes, "planning writes nothing").toEqual([]);
    expect(plan.diff.split("\n")).toEqual(expect.arrayContaining(diff.map((line) => expect.stringContaining(line))));
    for (const step of plan.steps) expect(await cluster.actor.apply(step, {})).toMatchObject({ type: "done" });
    expect(everything()).not.toEqual(before);
    expect(cluster.writes).toHaveLength(plan.steps.length);
    expect(plan.undo.length).toBe(plan.steps.length);
    for (const step of plan.undo) expect(await cluster.actor.apply(step, {})).toMatchObject({ type: "done" });
    expect(everything()).toEqual(before);
    expect(plan.undoKubectl).toContain("kubectl");
    expect(plan.kubectl).toContain("kubectl");
  });

  test("that was one of each kind", () => {
    expect(new Set(reversibleCases.map(({ action }) => action)).size).toBeGreaterThan(15);
    promiseFigure("K4", `${reversibleCases.length} changes of the catalogue`, "specification as before after the undo");
  });
});
