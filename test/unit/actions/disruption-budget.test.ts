import { describe, expect, test } from "vitest";
import type { ActorPort } from "../../../src/actions/cluster-port.ts";
import { budgetText } from "../../../src/actions/disruption-budget.ts";
import { makePlan } from "../../../src/actions/plan/plan.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { type ActorCluster, startActorCluster } from "../../support/actor-cluster.ts";
import { executeNext } from "../../support/carry-out.ts";
import { planDeps, recommend } from "../../support/plan-fixture.ts";
import { approve, executor, planStore, propose } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";

interface Counts {
  readonly allowed: number;
  readonly healthy?: number;
  readonly desired?: number;
  readonly expected?: number;
}

const budget = (spec: object, { allowed, healthy, desired, expected }: Counts, name = "carts"): KubeObject => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name, namespace: "shop", uid: name },
  spec: { selector: { matchLabels: { app: "carts" } }, ...spec },
  status: {
    disruptionsAllowed: allowed,
    observedGeneration: 1,
    ...(healthy === undefined ? {} : { currentHealthy: healthy, desiredHealthy: desired, expectedPods: expected }),
  },
});

const pod = (ready: boolean): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "carts-1", namespace: "shop", uid: "p" },
  spec: { containers: [] },
  status: { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
});

describe("a refusal names the budget, what it allows, and what would unblock it", () => {
  test.each<{ name: string; of: KubeObject; pod?: KubeObject; says: string }>([
    {
      name: "too few are ready just now",
      of: budget({ minAvailable: 2 }, { allowed: 0, healthy: 2, desired: 2, expected: 3 }),
      pod: pod(true),
      says: "Disruption budget shop/carts allows 0 disruptions now: 2 ready, at least 2 wanted (minAvailable: 2). It lets one go when 1 more pod of the set is ready.",
    },
    {
      name: "several are missing",
      of: budget({ maxUnavailable: 1 }, { allowed: 0, healthy: 1, desired: 3, expected: 4 }),
      pod: pod(true),
      says: "Disruption budget shop/carts allows 0 disruptions now: 1 ready, at least 3 wanted (maxUnavailable: 1). It lets one go when 3 more pods of the set are ready.",
    },
    {
      name: "it wants all of them",
      of: budget({ minAvailable: "100%" }, { allowed: 0, healthy: 2, desired: 2, expected: 2 }),
      pod: pod(true),
      says: "Disruption budget shop/carts allows 0 disruptions now: 2 ready, at least 2 wanted (minAvailable: 100%). It never lets one go, because it wants all 2 of them: add a replica, or lower minAvailable.",
    },
    {
      name: "it lets none be unavailable",
      of: budget({ maxUnavailable: 0 }, { allowed: 0, healthy: 3, desired: 3, expected: 3 }),
      pod: pod(true),
      says: "Disruption budget shop/carts allows 0 disruptions now: 3 ready, at least 3 wanted (maxUnavailable: 0). It never lets one go, because it wants all 3 of them: add a replica, or raise maxUnavailable.",
    },
    {
      name: "it keeps also what is broken",
      of: budget({ minAvailable: 2 }, { allowed: 0, healthy: 1, desired: 2, expected: 3 }),
      pod: pod(false),
      says: "Disruption budget shop/carts allows 0 disruptions now: 1 ready, at least 2 wanted (minAvailable: 2). It keeps also pods that are not ready, such as this one: set unhealthyPodEvictionPolicy: AlwaysAllow on it, or let 1 pod become ready.",
    },
    {
      name: "it is new",
      of: budget({ minAvailable: 1 }, { allowed: 0 }),
      says: "Disruption budget shop/carts allows 0 disruptions now. The cluster has not worked it out yet; try again in a minute.",
    },
  ])("$name", ({ of, pod: held, says }) => expect(budgetText(of, held)).toBe(says));
});

/** Carts has a pod that is ready, and these budgets. */
async function guarded(cluster: ActorCluster, budgets: readonly KubeObject[]): Promise<void> {
  cluster.edit("Pod", "carts-2-abcde", (object) => ({
    ...object,
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  }));
  for (const one of budgets) {
    const { uid: _, ...metadata } = one.metadata;
    await cluster.create({ ...one, metadata });
  }
}

const spent = (name = "carts") =>
  budget({ minAvailable: 2 }, { allowed: 0, healthy: 2, desired: 2, expected: 2 }, name);
const eviction = recommend("evict-pod", ["Pod", "carts-2-abcde"]);

describe("who asks for an eviction that a budget forbids", () => {
  test.each(["evict-pod", "delete-pod"] as const)("%s: hears of it with the plan", async (action) => {
    await using cluster = await startActorCluster();
    await guarded(cluster, [spent()]);
    const recommendation = recommend(action, ["Pod", "carts-2-abcde"]);
    expect(await makePlan({ incidentId: "7", recommendation }, planDeps(cluster.actor))).toMatchObject({
      type: "refused",
      refusal: {
        reason: "disruption-budget",
        detail: expect.stringMatching(/budget shop\/carts allows 0 disruptions now: 2 ready.*add a replica/),
      },
    });
  });

  test("two budgets that count one pod are both named: Kubernetes never evicts it", async () => {
    await using cluster = await startActorCluster();
    await guarded(cluster, [spent("carts"), spent("everything")]);
    const confused: ActorPort = {
      ...cluster.actor,
      dryRun: async () => ({ type: "unknown", detail: "HTTP 500" }),
    };
    expect(await makePlan({ incidentId: "7", recommendation: eviction }, planDeps(confused))).toMatchObject({
      refusal: {
        reason: "disruption-budget",
        detail: expect.stringMatching(/2 disruption budgets count this pod \(shop\/carts, shop\/everything\)/),
      },
    });
  });

  test("an API server that is only busy is no budget", async () => {
    await using cluster = await startActorCluster();
    const busy: ActorPort = {
      ...cluster.actor,
      dryRun: async () => ({ type: "refused", status: 429, reason: "TooManyRequests", fields: [] }),
    };
    expect(await makePlan({ incidentId: "7", recommendation: eviction }, planDeps(busy))).toMatchObject({
      refusal: { reason: "unreachable", detail: expect.stringContaining("no disruption budget is the reason") },
    });
  });

  test("a budget that closes between approval and application is named when the actor gives up", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans, { recommendation: eviction });
    await approve(plans, plan);
    await guarded(cluster, [spent()]);
    expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({
      result: {
        outcome: "refused",
        detail: expect.stringMatching(
          /carts-2-abcde.* was not evicted in 2 minutes\. Disruption budget shop\/carts allows 0 disruptions now: 2 ready, at least 2 wanted \(minAvailable: 2\)\. It never lets one go/,
        ),
      },
    });
    expect(cluster.get("Pod", "carts-2-abcde")).toBeDefined();
  });
});
