import { describe, expect, test } from "vitest";
import { autoApprove } from "../../../src/actions/approve/approve.ts";
import { restarted } from "../../../src/actions/catalogue/restart.ts";
import { intentOf } from "../../../src/actions/change/intent.ts";
import { containerOf } from "../../../src/actions/change/workload.ts";
import type { ActorPort } from "../../../src/actions/cluster-port.ts";
import { undoPlan } from "../../../src/actions/execute/undo.ts";
import type { PlanStore } from "../../../src/actions/plan/plan-store.ts";
import { policySchema } from "../../../src/actions/policy/policy-file.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import type { ActionPlan } from "../../../src/incident/fix/action-plan.ts";
import { mayBeUndone } from "../../../src/incident/fix/half-applied.ts";
import { type ActorCluster, startActorCluster } from "../../support/actor-cluster.ts";
import { executeAll, executeNext } from "../../support/carry-out.ts";
import { offerHeal } from "../../support/offer-heal.ts";
import { recommend } from "../../support/plan-fixture.ts";
import { approve, executor, type Proposal, planStore, propose } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";

const limitOf = (object: KubeObject | undefined) => object && containerOf(object, "carts")?.resources?.limits?.memory;
const undo = (planId: string, cluster: ActorCluster, plans: PlanStore) =>
  undoPlan(planId, "slack:ann", { ...executor(cluster.actor, plans), plans });

/** A ConfigMap gets another value, and the Deployment that reads it restarts. */
const morePool = recommend("patch-config", ["ConfigMap", "carts-config"], {
  key: "pool",
  value: "20",
  restart: ["carts"],
});

/** A plan that was proposed, approved and carried out. */
async function applied(cluster: ActorCluster, plans: PlanStore, proposal: Proposal = {}): Promise<ActionPlan> {
  const plan = await propose(cluster.actor, plans, proposal);
  await approve(plans, plan);
  await executeAll(executor(cluster.actor, plans));
  return plan;
}

describe("carrying out and taking back", () => {
  test("an applied plan is undone field by field, and the object bears the trace of both", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const before = intentOf(cluster.get("Deployment", "carts") as KubeObject);
    const plan = await applied(cluster, plans);
    expect(limitOf(cluster.get("Deployment", "carts"))).toBe("96Mi");
    expect(cluster.get("Deployment", "carts")?.metadata.annotations).toMatchObject({
      team: "shop",
      "kubemend.dev/incident": "7",
      "kubemend.dev/plan-digest": plan.digest,
    });
    expect(await undo(plan.id, cluster, plans)).toEqual({ type: "undone", planId: plan.id });
    expect(intentOf(cluster.get("Deployment", "carts") as KubeObject)).toEqual(before);
    expect((await plans.get(plan.id))?.plan.state).toBe("undone");
    expect(await undo(plan.id, cluster, plans)).toEqual({ type: "refused", reason: "not-applied" });
  });

  test("an undo goes on when somebody has changed something else since, and keeps that", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await applied(cluster, plans);
    cluster.edit("Deployment", "carts", (object) => ({ ...object, spec: { ...(object.spec as object), replicas: 5 } }));
    expect(await undo(plan.id, cluster, plans)).toMatchObject({ type: "undone" });
    expect(cluster.get("Deployment", "carts")?.spec).toMatchObject({ replicas: 5 });
    expect(limitOf(cluster.get("Deployment", "carts"))).toBe("34Mi");
  });

  test("an undo is refused when somebody has changed the same field since", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await applied(cluster, plans);
    cluster.edit("Deployment", "carts", (object) => JSON.parse(JSON.stringify(object).replaceAll('"96Mi"', '"256Mi"')));
    expect(await undo(plan.id, cluster, plans)).toMatchObject({
      type: "failed",
      result: { outcome: "conflict", detail: expect.stringContaining("limits/memory") },
    });
    expect(limitOf(cluster.get("Deployment", "carts"))).toBe("256Mi");
    expect((await plans.get(plan.id))?.plan.state).toBe("applied");
  });

  test("an undo that stops half-way says what it has taken back", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await applied(cluster, plans, { recommendation: morePool });
    cluster.edit("Deployment", "carts", (object) => restarted(object, Date.UTC(2027, 0, 1)));
    expect(await undo(plan.id, cluster, plans)).toMatchObject({
      type: "failed",
      result: {
        outcome: "conflict",
        detail: expect.stringMatching(
          /annotations of Deployment shop\/carts since\. Taken back already: ConfigMap shop\/carts-config\.$/,
        ),
      },
    });
    expect(cluster.get("ConfigMap", "carts-config")).toMatchObject({ data: { pool: "10" } });
  });

  describe("a value that a workload reads at its start", () => {
    const written = (cluster: ActorCluster) => cluster.writes.map(({ verb, resource }) => `${verb} ${resource.kind}`);

    test("is there before the workload restarts, and back before it restarts again", async () => {
      await using database = await withDatabase();
      await using cluster = await startActorCluster();
      const plans = planStore(database);
      const plan = await applied(cluster, plans, { recommendation: morePool });
      expect(written(cluster)).toEqual(["patch ConfigMap", "patch Deployment"]);
      cluster.writes.length = 0;
      expect(await undo(plan.id, cluster, plans)).toMatchObject({ type: "undone" });
      expect(written(cluster)).toEqual(["patch ConfigMap", "patch Deployment"]);
    });

    test("that somebody else has set since is left, and nothing restarts for it", async () => {
      await using database = await withDatabase();
      await using cluster = await startActorCluster();
      const plans = planStore(database);
      const plan = await applied(cluster, plans, { recommendation: morePool });
      cluster.edit("ConfigMap", "carts-config", (object) => ({ ...object, data: { pool: "40" } }));
      cluster.writes.length = 0;
      expect(await undo(plan.id, cluster, plans)).toMatchObject({ type: "failed", result: { outcome: "conflict" } });
      expect(cluster.writes).toEqual([]);
    });

    test("is back before those restart again that had been restarted when another could not be", async () => {
      await using database = await withDatabase();
      await using cluster = await startActorCluster();
      const plans = planStore(database);
      const both = { ...morePool, params: { ...morePool.params, restart: ["carts", "statefulset/db"] } };
      const plan = await propose(cluster.actor, plans, { recommendation: both });
      await approve(plans, plan);
      const apply: ActorPort["apply"] = async (step, guard) =>
        step.target.kind === "StatefulSet"
          ? { type: "refused", status: 403, reason: "Forbidden", fields: [] }
          : await cluster.actor.apply(step, guard);
      const outcome = await executeNext(executor({ ...cluster.actor, apply }, plans));
      expect(outcome).toMatchObject({
        result: { outcome: "refused", detail: expect.stringContaining("was put back") },
      });
      expect(written(cluster)).toEqual(["patch ConfigMap", "patch Deployment", "patch ConfigMap", "patch Deployment"]);
      expect(cluster.get("ConfigMap", "carts-config")).toMatchObject({ data: { pool: "10" } });
    });
  });

  test("what cannot be undone says so", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await applied(cluster, plans, { recommendation: recommend("restart", ["Deployment", "carts"]) });
    expect(plan.undoKubectl).toBeNull();
    expect(await undo(plan.id, cluster, plans)).toEqual({ type: "refused", reason: "irreversible" });
  });

  test("when a later step is refused, the earlier ones are put back", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const before = cluster.all().map(intentOf);
    const plan = await propose(cluster.actor, plans, { recommendation: morePool });
    await approve(plans, plan);
    const refusing: ActorPort = {
      ...cluster.actor,
      apply: (step, guard) =>
        step.target.kind === "Deployment"
          ? Promise.resolve({ type: "refused", status: 403, reason: "Forbidden", fields: [] })
          : cluster.actor.apply(step, guard),
    };
    const outcome = await executeNext(executor(refusing, plans));
    expect(outcome).toMatchObject({
      result: { outcome: "refused", detail: expect.stringMatching(/403 Forbidden.*put back/) },
    });
    expect(cluster.all().map(intentOf)).toEqual(before);
    expect((await plans.get(plan.id))?.plan.state).toBe("failed");
  });

  test("other proposals for a target are closed when it has been changed", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const rollback = await propose(cluster.actor, plans, {
      recommendation: recommend("rollback-deployment", ["Deployment", "carts"]),
    });
    const first = await propose(cluster.actor, plans);
    const second = await propose(cluster.actor, plans);
    expect((await plans.get(first.id))?.plan.state, "a newer plan of the same action").toBe("superseded");
    expect((await plans.get(rollback.id))?.plan.state, "another way stays open").toBe("proposed");
    await approve(plans, second);
    await executeAll(executor(cluster.actor, plans));
    expect((await plans.get(rollback.id))?.plan.state).toBe("superseded");
    expect(await approve(plans, rollback)).toEqual({ type: "refused", reason: "plan-changed" });
  });
});

describe("actions that leave nothing to undo", () => {
  test.each([
    { name: "delete-pod", target: ["Pod", "carts-2-abcde"] as const },
    { name: "evict-pod", target: ["Pod", "carts-2-abcde"] as const },
    { name: "delete-job", target: ["Job", "reindex"] as const },
  ] as const)("$name removes exactly the object that was meant", async ({ name, target }) => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans, { recommendation: recommend(name, target) });
    expect(plan.undo).toEqual([]);
    await approve(plans, plan);
    expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({ result: { outcome: "applied" } });
    expect(cluster.writes).toHaveLength(1);
    const [kind, object] = target;
    const left = cluster.get(kind, object);
    expect(left === undefined || left.metadata.deletionTimestamp !== undefined).toBe(true);
  });

  test("a pod of the same name that came after is left alone", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans, {
      recommendation: recommend("delete-pod", ["Pod", "carts-2-abcde"]),
    });
    await approve(plans, plan);
    cluster.edit("Pod", "carts-2-abcde", (pod) => ({ ...pod, metadata: { ...pod.metadata, uid: "newer" } }));
    expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({ result: { outcome: "applied" } });
    expect(cluster.get("Pod", "carts-2-abcde")?.metadata.deletionTimestamp).toBeUndefined();
    expect(cluster.writes).toEqual([]);
  });

  test("drain cordons, then evicts; undo uncordons", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans, { recommendation: recommend("drain", ["Node", "node-1"]) });
    expect(plan).toMatchObject({ risk: "high", approvalsNeeded: 2, blastRadius: { pods: 1 } });
    await approve(plans, plan, "ann");
    await approve(plans, plan, "bob");
    expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({ result: { outcome: "applied" } });
    expect(cluster.writes.map((write) => write.verb)).toEqual(["patch", "evict"]);
    expect(cluster.get("Node", "node-1")?.spec).toMatchObject({ unschedulable: true });
    expect(await undo(plan.id, cluster, plans)).toMatchObject({ type: "undone" });
    expect(cluster.get("Node", "node-1")?.spec).not.toHaveProperty("unschedulable");
  });

  test("an eviction that a budget holds up is tried again until there is room", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans, {
      recommendation: recommend("evict-pod", ["Pod", "carts-2-abcde"]),
    });
    await approve(plans, plan);
    let held = 3;
    const crowded: ActorPort = {
      ...cluster.actor,
      apply: (step, guard) =>
        held-- > 0
          ? Promise.resolve({ type: "refused", status: 429, reason: "TooManyRequests", fields: [] })
          : cluster.actor.apply(step, guard),
    };
    expect(await executeNext(executor(crowded, plans))).toMatchObject({ result: { outcome: "applied" } });
  });

  test("a process that is to end waits for no room: another one goes on with the eviction at once", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans, {
      recommendation: recommend("evict-pod", ["Pod", "carts-2-abcde"]),
    });
    await approve(plans, plan);
    const stopping = new AbortController();
    let tries = 0;
    const crowded: ActorPort = {
      ...cluster.actor,
      apply: async () => {
        tries++;
        stopping.abort();
        return { type: "refused", status: 429, reason: "TooManyRequests", fields: [] };
      },
    };
    const [first, second] = [planStore(database, { holder: "first" }), planStore(database, { holder: "second" })];
    expect(await executeNext(executor(crowded, first, { signal: stopping.signal }))).toMatchObject({
      type: "postponed",
    });
    expect(tries).toBe(1);
    expect(await executeNext(executor(cluster.actor, second))).toMatchObject({ result: { outcome: "applied" } });
  });

  test("an API server that is busy has refused nothing: what was approved is done when it has room", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans);
    await approve(plans, plan);
    const busy: ActorPort = {
      ...cluster.actor,
      apply: async () => ({ type: "refused", status: 429, reason: "TooManyRequests", fields: [] }),
    };
    expect(await executeNext(executor(busy, plans))).toMatchObject({ type: "postponed" });
    await database.pool.query("update action_plan set lease_until = clock_timestamp()");
    expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({ result: { outcome: "applied" } });
  });

  test("a cluster that goes away half-way and does not come back: what is left in place is said first", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans, { recommendation: morePool });
    await approve(plans, plan);
    const away: ActorPort = {
      ...cluster.actor,
      apply: async (step, guard) =>
        step.target.kind === "Deployment"
          ? { type: "unreachable", detail: "ECONNREFUSED" }
          : await cluster.actor.apply(step, guard),
    };
    let outcome = await executeNext(executor(away, plans));
    while (outcome.type === "postponed") {
      await database.pool.query("update action_plan set lease_until = clock_timestamp()");
      outcome = await executeNext(executor(away, plans));
    }
    expect(outcome).toMatchObject({
      type: "finished",
      result: {
        outcome: "failed",
        detail: expect.stringMatching(/^Only a part was applied.*ConfigMap shop\/carts-config/),
      },
    });
    // That half has a way back, and what was never changed is nobody's business, whoever has changed it meanwhile.
    cluster.edit("Deployment", "carts", (object) => restarted(object, Date.UTC(2027, 0, 1)));
    cluster.writes.length = 0;
    expect(await undo(plan.id, cluster, plans)).toEqual({ type: "undone", planId: plan.id });
    expect(cluster.get("ConfigMap", "carts-config")).toMatchObject({ data: { pool: "10" } });
    expect(cluster.writes.map(({ resource }) => resource.kind)).toEqual(["ConfigMap"]);
    expect((await plans.get(plan.id))?.plan.state).toBe("undone");
    expect(await undo(plan.id, cluster, plans)).toEqual({ type: "refused", reason: "not-applied" });
  });

  test("half a plan whose undo is refused stays half a plan, and may be undone once more; one that did nothing has no undo", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans, { recommendation: morePool });
    await approve(plans, plan);
    const half: ActorPort = {
      ...cluster.actor,
      apply: async (step, guard) =>
        step.target.kind === "Deployment" || cluster.writes.length > 0
          ? { type: "refused", status: 403, reason: "Forbidden", fields: [] }
          : await cluster.actor.apply(step, guard),
    };
    expect(await executeNext(executor(half, plans))).toMatchObject({
      result: { detail: expect.stringContaining("Only a part was applied") },
    });
    const stands = async () => {
      const stored = await plans.get(plan.id);
      return stored && { state: stored.plan.state, reason: stored.reason, mayBeUndone: mayBeUndone(stored) };
    };
    const before = await stands();
    expect(before).toMatchObject({ state: "failed", mayBeUndone: true });
    expect(await undoPlan(plan.id, "slack:ann", { ...executor(half, plans), plans })).toMatchObject({ type: "failed" });
    expect(await stands()).toEqual(before);
    expect(await undo(plan.id, cluster, plans)).toMatchObject({ type: "undone" });
    expect(await stands()).toMatchObject({ state: "undone", mayBeUndone: false });

    const other = await propose(cluster.actor, plans, { recommendation: morePool });
    await approve(plans, other);
    const none: ActorPort = {
      ...cluster.actor,
      apply: async () => ({ type: "refused", status: 403, reason: "Forbidden", fields: [] }),
    };
    expect(await executeNext(executor(none, plans))).toMatchObject({ result: { outcome: "refused" } });
    const nothing = await plans.get(other.id);
    expect(nothing && mayBeUndone(nothing)).toBe(false);
    expect(await undo(other.id, cluster, plans)).toEqual({ type: "refused", reason: "not-applied" });
  });

  test("a soft heal is sent to each running pod once", async () => {
    const asked: string[] = [];
    await using database = await withDatabase();
    await using cluster = await startActorCluster({
      proxy: {
        ask: ({ target, method, path }) => {
          asked.push(`${method} ${target.kind === "node" ? "" : target.object.metadata.name}${path}`);
          return { code: 200, contentType: "application/json", text: "{}" };
        },
      },
    });
    offerHeal(cluster);
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans, {
      recommendation: recommend("soft-heal", ["Deployment", "carts"]),
    });
    expect(asked, "planning asks nobody to heal").toEqual([]);
    await approve(plans, plan);
    expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({ result: { outcome: "applied" } });
    expect(asked).toEqual(["POST carts-2-abcde/heal"]);
  });

  test("a volume grows where its storage class allows it", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    await cluster.create({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "fast" },
      provisioner: "x",
      allowVolumeExpansion: true,
    });
    await cluster.create({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", namespace: "shop" },
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: "fast", resources: { requests: { storage: "1Gi" } } },
      status: { phase: "Bound", capacity: { storage: "1Gi" } },
    });
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans, {
      recommendation: recommend("expand-volume", ["PersistentVolumeClaim", "data"], { storage: "2Gi" }),
    });
    await approve(plans, plan);
    expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({ result: { outcome: "applied" } });
    expect(cluster.get("PersistentVolumeClaim", "data")?.spec).toMatchObject({
      resources: { requests: { storage: "2Gi" } },
    });
  });

  test("a finalizer is removed from what hangs in deletion", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    await cluster.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "stuck", namespace: "shop", finalizers: ["example.com/hold", "example.com/other"] },
    });
    cluster.edit("ConfigMap", "stuck", (object) => ({
      ...object,
      metadata: { ...object.metadata, deletionTimestamp: "2026-11-20T12:00:00Z" },
    }));
    const plans = planStore(database);
    const plan = await propose(cluster.actor, plans, {
      recommendation: recommend("remove-finalizer", ["ConfigMap", "stuck"], { finalizer: "example.com/hold" }),
    });
    await approve(plans, plan, "ann");
    await approve(plans, plan, "bob");
    expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({ result: { outcome: "applied" } });
    expect(cluster.get("ConfigMap", "stuck")?.metadata.finalizers).toEqual(["example.com/other"]);
  });
});

describe("without a person", () => {
  const policy = policySchema.parse({
    version: 1,
    rules: [{ name: "shop", namespaces: ["shop"], approvers: { anyone: true } }],
    autoApply: [{ actions: ["patch-resources"], namespaces: ["shop"], minConfidence: 0.8, afterSuccesses: 1 }],
  });

  test("a change is applied only where the policy names it, and only once it has proven itself", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const first = await propose(cluster.actor, plans);
    expect(await autoApprove(first.id, { plans, policy })).toEqual({ type: "refused", reason: "not-allowed" });
    await approve(plans, first);
    await executeAll(executor(cluster.actor, plans));
    await plans.saveVerification({
      planId: first.id,
      verdict: "recovered",
      reason: "clear",
      at: Date.now(),
      remaining: [],
      fresh: [],
    });
    const second = await propose(cluster.actor, plans, {
      recommendation: recommend("patch-resources", ["Deployment", "carts"], {
        container: "carts",
        limits: { memory: "128Mi" },
      }),
    });
    expect(await autoApprove(second.id, { plans, policy })).toEqual({ type: "approved" });
    expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({ result: { outcome: "applied" } });
  });
});
