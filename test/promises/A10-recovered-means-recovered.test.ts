import { describe, expect, test, vi } from "vitest";
import type { ActorPort } from "../../src/actions/cluster-port.ts";
import { undoPlan } from "../../src/actions/execute/undo.ts";
import type { PlanStore } from "../../src/actions/plan/plan-store.ts";
import { type Observed, type VerifyDeps, type VerifyOutcome, verifyPlan } from "../../src/actions/verify/verify.ts";
import type { KubeObject } from "../../src/cluster/kubernetes-types.ts";
import type { Anomaly } from "../../src/incident/anomaly.ts";
import { makeRef } from "../../src/incident/object-ref.ts";
import type { Severity } from "../../src/incident/severity.ts";
import { type ActorCluster, startActorCluster } from "../support/actor-cluster.ts";
import { executeNext } from "../support/carry-out.ts";
import { approve, executor, planStore, propose } from "../support/plan-life.ts";
import { withDatabase } from "../support/postgres.ts";
import { full, promiseFigure } from "../support/promise-figure.ts";

const minute = 60_000;
const appliedAt = 100 * minute;

function anomaly(fingerprint: string, startsAt: number, endsAt?: number, severity: Severity = "high"): Anomaly {
  return {
    fingerprint,
    detector: "test",
    family: "state",
    reason: fingerprint,
    target: makeRef("Deployment", "shop", "carts"),
    score: 1,
    severity,
    summary: `${fingerprint} on carts`,
    startsAt,
    detectedAt: startsAt,
    ...(endsAt === undefined ? {} : { endsAt }),
  };
}

const oom = (endsAt?: number) => anomaly("oom", appliedAt - 5 * minute, endsAt);
const complete = { observedGeneration: 99, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };

interface Scenario {
  readonly name: string;
  readonly seen: Partial<Observed>;
  readonly after?: number;
  readonly status?: object;
  readonly want: VerifyOutcome["type"] | "recovered" | "not-recovered" | "worse" | "unknown";
}

const late = 6 * minute;
// The API has said yes in all of them.
const scenarios: readonly Scenario[] = [
  {
    name: "the symptom is gone and the rollout complete",
    seen: { anomalies: [oom(appliedAt + 10_000)] },
    after: minute,
    want: "recovered",
  },
  { name: "the symptom stays", seen: { anomalies: [oom()] }, after: late, want: "not-recovered" },
  { name: "the symptom stays, and there is still time", seen: { anomalies: [oom()] }, after: minute, want: "waiting" },
  {
    name: "the symptom paused a moment ago",
    seen: { anomalies: [oom(appliedAt + 55_000)] },
    after: minute,
    want: "waiting",
  },
  {
    name: "the symptom pauses and comes back",
    seen: { anomalies: [oom(appliedAt + 10_000), anomaly("oom", appliedAt + 30_000)] },
    after: late,
    want: "not-recovered",
  },
  {
    name: "the symptom paused, came back, and paused again a moment ago",
    seen: { anomalies: [oom(appliedAt + 10_000), anomaly("oom", appliedAt + 30_000, appliedAt + 55_000)] },
    after: minute,
    want: "waiting",
  },
  {
    name: "the symptom went with the workload, which somebody has deleted",
    seen: { anomalies: [oom(appliedAt + 10_000)], targetLost: true },
    after: minute,
    want: "unknown",
  },
  {
    name: "the controller has not even seen the change",
    seen: { anomalies: [oom(appliedAt + 10_000)] },
    status: { ...complete, observedGeneration: 0 },
    after: minute,
    want: "waiting",
  },
  {
    name: "new pods are not ready",
    seen: { anomalies: [oom(appliedAt + 10_000)] },
    status: { ...complete, availableReplicas: 1 },
    after: minute,
    want: "waiting",
  },
  {
    name: "new pods never get ready",
    seen: { anomalies: [oom(appliedAt + 10_000)] },
    status: { ...complete, availableReplicas: 1 },
    after: late,
    want: "not-recovered",
  },
  {
    name: "the rollout exceeded its deadline",
    seen: { anomalies: [oom(appliedAt + 10_000)] },
    status: { ...complete, conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }] },
    after: late,
    want: "not-recovered",
  },
  {
    name: "no data: silence is not recovery",
    seen: { anomalies: [oom(appliedAt + 10_000)], blindTo: new Set(["state", "event"]) },
    after: minute,
    want: "waiting",
  },
  {
    name: "no data until the end",
    seen: { anomalies: [oom(appliedAt + 10_000)], blindTo: new Set(["state", "event"]) },
    after: late,
    want: "unknown",
  },
  {
    name: "no metrics until the end, and the symptom was one of them",
    seen: {
      anomalies: [{ ...oom(appliedAt + 10_000), family: "metric" }],
      blindTo: new Set(["metric", "prediction"]),
    },
    after: late,
    want: "unknown",
  },
  {
    name: "no metrics, but what raised the incident is seen",
    seen: { anomalies: [oom(appliedAt + 10_000)], blindTo: new Set(["metric", "prediction"]) },
    after: minute,
    want: "recovered",
  },
  {
    name: "health answers are seen, the objects of the rollout are not",
    seen: { anomalies: [{ ...oom(appliedAt + 10_000), family: "health" }], blindTo: new Set(["state", "event"]) },
    after: minute,
    want: "waiting",
  },
  {
    name: "no metrics, and no symptom is known that could be looked for",
    seen: { blindTo: new Set(["metric", "prediction"]) },
    after: minute,
    want: "waiting",
  },
  {
    name: "short trouble of the rollout itself",
    seen: { anomalies: [oom(appliedAt + 10_000)], onAffected: [anomaly("not-ready", appliedAt + 30_000)] },
    after: minute,
    want: "waiting",
  },
  {
    name: "the old trouble goes on and something serious is new",
    seen: { anomalies: [oom()], onAffected: [anomaly("crash-loop", appliedAt + 20_000)] },
    after: 3 * minute,
    want: "worse",
  },
  {
    name: "the old trouble ends and something worse has come",
    seen: {
      anomalies: [oom(appliedAt + 10_000)],
      onAffected: [anomaly("outage", appliedAt + 20_000, undefined, "critical")],
    },
    after: 3 * minute,
    want: "worse",
  },
  {
    name: "the old trouble was still spreading when the change was made",
    seen: { anomalies: [oom()], onAffected: [anomaly("failing-calls", appliedAt + 5_000, undefined, "critical")] },
    after: 70_000,
    want: "waiting",
  },
  {
    name: "trouble that began well after the change",
    seen: { anomalies: [oom()], onAffected: [anomaly("crash-loop", appliedAt + 50_000, undefined, "critical")] },
    after: 2 * minute,
    want: "worse",
  },
  {
    name: "the same trouble goes by another name",
    seen: { anomalies: [oom(appliedAt + 10_000)], onAffected: [anomaly("crash-loop", appliedAt + 20_000)] },
    after: late,
    want: "not-recovered",
  },
  {
    name: "all symptoms happened to pause when it was applied",
    seen: { anomalies: [oom(appliedAt - 10_000), anomaly("oom", appliedAt + 30_000)] },
    after: late,
    want: "not-recovered",
  },
];

async function appliedPlan(cluster: ActorCluster, plans: PlanStore): Promise<string> {
  const plan = await propose(cluster.actor, plans);
  await approve(plans, plan);
  expect(await executeNext(executor(cluster.actor, plans))).toMatchObject({ result: { outcome: "applied" } });
  return plan.id;
}

function verifyDeps(cluster: ActorCluster, plans: PlanStore, actor: ActorPort = cluster.actor): VerifyDeps {
  return {
    plans,
    look: async (ref) => cluster.get(ref.kind, ref.name),
    undo: (planId) => undoPlan(planId, "kubemend", { ...executor(actor, plans), plans }),
  };
}

const observed = (seen: Partial<Observed>, after: number): Observed => ({
  anomalies: [],
  onAffected: [],
  blindTo: new Set(),
  appliedAt,
  now: appliedAt + after,
  ...seen,
});
const withStatus = (status: object) => (object: KubeObject) => ({ ...object, status });

describe('"fixed" means that the detectors see it, not that the API said yes (A10)', () => {
  /** The same trouble seen once, and by several detectors at once. */
  const all = (full ? [1, 2, 5] : [1]).flatMap((times) => scenarios.map((scenario) => ({ ...scenario, times })));
  const timesOver = (list: readonly Anomaly[] | undefined, times: number): Anomaly[] =>
    (list ?? []).flatMap((one) =>
      Array.from({ length: times }, (_, index) => ({ ...one, fingerprint: `${one.fingerprint}${index || ""}` })),
    );

  test.each(all)("$name, $times times: $want", async ({
    times,
    seen: once,
    after = minute,
    status = complete,
    want,
  }) => {
    const seen = { ...once, anomalies: timesOver(once.anomalies, times) };
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const planId = await appliedPlan(cluster, plans);
    cluster.edit("Deployment", "carts", withStatus(status));
    const outcome = await verifyPlan(planId, observed(seen, after), verifyDeps(cluster, plans));
    expect(outcome.type === "verified" ? outcome.verification.verdict : outcome.type).toBe(want);
    const stored = await plans.get(planId);
    expect(stored?.plan.state, "only what made things worse is taken back without being asked").toBe(
      want === "worse" ? "undone" : "applied",
    );
    if (outcome.type === "verified")
      expect(stored?.verification).toMatchObject({ verdict: want, reason: outcome.verification.reason });
  });

  test("in most of these the symptom stays although the API has said yes", () => {
    const staying = all.filter(({ want }) => want !== "recovered");
    expect(staying.length).toBeGreaterThan(all.length * 0.8);
    promiseFigure(
      "A10",
      `${all.length} scenarios, in ${staying.length} of which the symptom stays`,
      "none of those called recovered",
    );
  });

  test("a verdict is given once", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const planId = await appliedPlan(cluster, plans);
    cluster.edit("Deployment", "carts", withStatus(complete));
    const look = observed({ anomalies: [oom(appliedAt + 10_000)] }, minute);
    const deps = verifyDeps(cluster, plans);
    const outcomes = await Promise.all([1, 2, 3].map(() => verifyPlan(planId, look, deps)));
    expect(outcomes.filter((outcome) => outcome.type === "verified")).toHaveLength(1);
    const record = { action: "patch-resources", cause: "memory-limit-too-low", kind: "Deployment" };
    expect(await plans.outcomes(record)).toMatchObject([{ recovered: true }]);
  });

  test("what made things worse is taken back even when the first try meets a moving object", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const planId = await appliedPlan(cluster, plans);
    const apply = vi.fn<ActorPort["apply"]>(async (step, guard) => {
      if (apply.mock.calls.length === 1)
        cluster.edit("Deployment", "carts", withStatus({ ...complete, readyReplicas: 1 }));
      return await cluster.actor.apply(step, guard);
    });
    const seen = { anomalies: [oom()], onAffected: [anomaly("crash-loop", appliedAt + 20_000)] };
    const outcome = await verifyPlan(
      planId,
      observed(seen, 3 * minute),
      verifyDeps(cluster, plans, { ...cluster.actor, apply }),
    );
    expect(outcome).toMatchObject({ type: "verified", undo: { type: "undone" } });
    expect(apply).toHaveBeenCalledTimes(2);
  });

  test("what made things worse is taken back also when the database goes away before the verdict is written down", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const planId = await appliedPlan(cluster, plans);
    const seen = { anomalies: [oom()], onAffected: [anomaly("crash-loop", appliedAt + 20_000)] };
    const deps = verifyDeps(cluster, plans);
    const asked: string[] = [];
    let away = true;
    const undo: VerifyDeps["undo"] = async (id) => {
      asked.push(id);
      if (away) throw new Error("Connection terminated");
      return await deps.undo(id);
    };
    await expect(verifyPlan(planId, observed(seen, 3 * minute), { ...deps, undo })).rejects.toThrow();
    away = false;
    const outcome = await verifyPlan(planId, observed(seen, 4 * minute), { ...deps, undo });
    expect(outcome).toMatchObject({ type: "verified", verification: { verdict: "worse" }, undo: { type: "undone" } });
    expect(asked).toEqual([planId, planId]);
  });

  test("and once, when the process dies between asking for that and writing the verdict down", async () => {
    await using database = await withDatabase();
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const planId = await appliedPlan(cluster, plans);
    const look = observed({ anomalies: [oom()], onAffected: [anomaly("crash-loop", appliedAt + 20_000)] }, 3 * minute);
    const deps = verifyDeps(cluster, plans);
    const died = async () => {
      throw new Error("killed");
    };
    await expect(verifyPlan(planId, look, { ...deps, plans: { ...plans, saveVerification: died } })).rejects.toThrow();
    // Its successor looks at the same plan.
    expect(await verifyPlan(planId, look, deps)).toEqual({ type: "not-due" });
    const stored = await plans.get(planId);
    expect(stored?.plan.state).toBe("undone");
    expect(stored?.executions.filter(({ kind }) => kind === "undo")).toHaveLength(1);
    const record = { action: "patch-resources", cause: "memory-limit-too-low", kind: "Deployment" };
    expect(await plans.outcomes(record)).toMatchObject([{ recovered: false }]);
  });
});
