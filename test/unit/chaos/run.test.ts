import { describe, expect, test, vi } from "vitest";
import { makeRun, restoreRuns } from "../../../src/app/chaos/chaos-run.ts";
import { judgedFacts } from "../../../src/chaos/judged-facts.ts";
import type { RunResult } from "../../../src/chaos/result.ts";
import { changesOfRun } from "../../../src/store/chaos/changes.ts";
import { askChaosStop, listChaosRuns } from "../../../src/store/chaos/runs.ts";
import { saveIncident } from "../../../src/store/incidents/incidents.ts";
import type { ActorCluster } from "../../support/actor-cluster.ts";
import { startChild } from "../../support/child.ts";
import { incidentRow } from "../../support/incident-row.ts";
import type { TestDatabase } from "../../support/postgres.ts";
import { depsFor, experimentOf, quickClock, starve } from "./chaos-world.ts";
import { eachInChaosWorld } from "./each-in-chaos-world.ts";

const limitOf = (cluster: ActorCluster) => {
  const spec = cluster.get("Deployment", "carts")?.spec as {
    template: { spec: { containers: { name: string; resources?: { limits?: { memory?: string } } }[] } };
  };
  return spec.template.spec.containers.find(({ name }) => name === "carts")?.resources?.limits?.memory;
};
/** Everything but what counts how often it was written. */
const shape = (cluster: ActorCluster) =>
  [...cluster.all(), ...["bare", "carts-2-abcde"].map((name) => cluster.get("Pod", name))].map((object) => {
    const {
      resourceVersion: _v,
      generation: _g,
      deletionTimestamp: _d,
      deletionGracePeriodSeconds: _s,
      ...metadata
    } = {
      ...object?.metadata,
    };
    return { ...object, metadata };
  });

let cluster: ActorCluster;
let database: TestDatabase;
eachInChaosWorld((world) => {
  ({ cluster, database } = world);
});

async function resultOf(outcome: ReturnType<typeof makeRun>): Promise<RunResult> {
  const made = await outcome;
  if (made.type === "refused") throw new Error(made.problems.join("; "));
  return made.result;
}

/** Pods of our own serve as soon as they are there, as a kubelet would have it. */
function kubelet(world: ActorCluster): void {
  world.table.subscribe(({ type, object, resource }) => {
    if (type !== "ADDED" || resource.kind !== "Pod") return;
    const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
    world.table.put(resource, { ...object, status });
  });
}

describe("a run", () => {
  test("makes the fault, checks while it is there, and puts exactly that back", async () => {
    const before = shape(cluster);
    const seen: (string | undefined)[] = [];
    const deps = depsFor(cluster, database, { afterChange: async () => void seen.push(limitOf(cluster)) });
    const result = await resultOf(makeRun(deps, experimentOf(starve)));
    expect(seen).toEqual(["16Mi"]);
    expect(result).toMatchObject({ verdict: "held", clean: true });
    expect(result.changes).toMatchObject([{ restored: "restored", detail: "exactly as before" }]);
    expect(result.probes.during[0]?.asked).toBeGreaterThan(3);
    expect(shape(cluster)).toEqual(before);
    expect(await listChaosRuns(database, "shop")).toMatchObject([{ phase: "done", result: { verdict: "held" } }]);
  });

  test.each([
    {
      name: "wrong releases and settings, all at once",
      method: [
        { method: "scale-to-zero", target: { kind: "StatefulSet", name: "db" } },
        { method: "starve-cpu", target: { name: "carts" }, container: "carts", limit: "1m" },
        { method: "bad-image", target: { name: "carts" }, container: "carts" },
        { method: "bad-env", target: { name: "carts" }, container: "carts", variable: "DB_HOST" },
        { method: "bad-env", target: { name: "carts" }, container: "proxy", variable: "SHOP_LEAK_KB", value: "512" },
        {
          method: "bad-config",
          configMap: { name: "carts-config" },
          key: "pool",
          value: "x",
          restart: { name: "carts" },
        },
        { method: "failing-probe", target: { name: "carts" }, container: "carts", probe: "liveness" },
        { method: "failing-probe", target: { name: "carts" }, container: "proxy", probe: "readiness" },
        { method: "wrong-selector", service: { name: "carts-internal" } },
        { method: "squeeze-quota", quota: "shop-quota", hard: { pods: "1" } },
      ],
    },
    {
      name: "nothing left of carts, and a quota of its own",
      method: [
        { method: "scale-to-zero", target: { name: "carts" } },
        { method: "bad-env", target: { name: "carts" }, container: "carts", variable: "DB_HOST", value: "nowhere" },
        { method: "squeeze-quota", hard: { pods: "1" } },
      ],
    },
    {
      name: "a slow dependency, load and busy nodes",
      method: [
        { method: "slow-dependency", service: { name: "carts" }, delay: "2s", failPercentage: 10 },
        { method: "load", service: { name: "carts" }, perSecond: 50 },
        { method: "burn-cpu", cores: 1 },
      ],
    },
  ])("$name: the cluster is changed, and afterwards as it was", async ({ method }) => {
    // The quota of the fixtures has no room for pods of our own.
    cluster.edit("ResourceQuota", "shop-quota", (quota) => ({ ...quota, spec: { hard: { pods: "40" } } }));
    kubelet(cluster);
    const before = shape(cluster);
    const during: unknown[] = [];
    const deps = depsFor(cluster, database, { afterChange: async () => void during.push(shape(cluster)) });
    const result = await resultOf(makeRun(deps, experimentOf({}, { method })));
    expect(result.changes.filter(({ restored }) => restored !== "restored")).toEqual([]);
    expect(result).toMatchObject({ verdict: "held", clean: true });
    expect(during.length).toBeGreaterThanOrEqual(method.length);
    expect(during.at(-1)).not.toEqual(before);
    expect(shape(cluster)).toEqual(before);
  });

  test("a drained node: its pods go, the node takes pods again afterwards", async () => {
    const step = { method: "drain-node", nodeOf: { name: "carts" }, how: "delete" };
    const result = await resultOf(makeRun(depsFor(cluster, database), experimentOf(step)));
    expect(result.verdict).toBe("held");
    expect(cluster.writes.map(({ verb, resource }) => `${verb} ${resource.kind}`)).toEqual([
      "patch Node",
      "delete Pod",
      "patch Node",
    ]);
    expect(cluster.get("Node", "node-1")?.spec).not.toHaveProperty("unschedulable");
  });

  test("without its steady state nothing is changed", async () => {
    const row = incidentRow(1, { target: { kind: "Deployment", namespace: "shop", name: "carts" } });
    await saveIncident(database, row);
    const result = await resultOf(makeRun(depsFor(cluster, database), experimentOf(starve)));
    expect(result).toMatchObject({ verdict: "not-tested", reason: expect.stringContaining("incident 1 is open") });
    expect(cluster.writes).toEqual([]);
  });
});

test("what would abort it from the start keeps it from starting", async () => {
  const abort = [{ type: "promql", name: "revenue", query: "x", above: 1 }];
  const result = await resultOf(makeRun(depsFor(cluster, database), experimentOf(starve, { abort })));
  expect(result).toMatchObject({
    verdict: "not-tested",
    reason: expect.stringContaining("no Prometheus is configured"),
  });
  expect(cluster.writes).toEqual([]);
});

describe("what is to change while the fault is there", () => {
  const steadyState = [{ type: "promql", name: "pods", query: "x", above: 1, during: "breaks" }];
  const replicas = () => (cluster.get("Deployment", "carts")?.spec as { replicas: number }).replicas;
  test.each([
    { name: "it changes, and is there again", promql: async () => [replicas()], verdict: "held", says: "there again" },
    { name: "it does not change", promql: async () => [2], verdict: "broken", says: "pods: this was to change" },
    {
      name: "it could not be asked",
      promql: async () => {
        if (replicas() === 0) throw new Error("no answer");
        return [2];
      },
      verdict: "broken",
      says: "pods: this was to change",
    },
  ])("$name: $verdict", async ({ promql, verdict, says }) => {
    const scaled = { method: "scale-to-zero", target: { name: "carts" } };
    const deps = depsFor(cluster, database, { promql });
    const result = await resultOf(makeRun(deps, experimentOf(scaled, { steadyState })));
    expect(result).toMatchObject({ verdict, reason: expect.stringContaining(says), clean: true });
  });
});

describe("where experiments may not run", () => {
  test.each([
    { name: "no label", labels: {}, says: "kubectl label namespace shop kubemend.dev/chaos=allowed" },
    {
      name: "kubemend's own",
      labels: { "kubemend.dev/chaos": "allowed", "app.kubernetes.io/part-of": "kubemend" },
      says: "kubemend itself",
    },
  ])("$name: refused, and nothing is written", async ({ labels, says }) => {
    cluster.edit("Namespace", "shop", (object) => ({ ...object, metadata: { ...object.metadata, labels } }));
    const outcome = await makeRun(depsFor(cluster, database), experimentOf(starve));
    expect(outcome).toMatchObject({ type: "refused", problems: [expect.stringContaining(says)] });
    expect(cluster.writes).toEqual([]);
  });

  test("kube-system, whatever its labels", async () => {
    const more = { blastRadius: { namespaces: ["kube-system"] } };
    const outcome = await makeRun(depsFor(cluster, database), experimentOf(starve, more));
    expect(outcome).toMatchObject({ type: "refused", problems: [expect.stringContaining("belongs to Kubernetes")] });
  });

  test("more objects or nodes than the blast radius has", async () => {
    const many = { blastRadius: { namespaces: ["shop"], maxObjects: 1 } };
    const step = {
      method: "bad-config",
      configMap: { name: "carts-config" },
      key: "pool",
      value: "x",
      restart: { name: "carts" },
    };
    expect(await makeRun(depsFor(cluster, database), experimentOf(step, many))).toMatchObject({
      problems: [expect.stringContaining("maxObjects is 1")],
    });
    const drain = experimentOf({ method: "drain-node", node: "node-1" }, { blastRadius: { namespaces: ["shop"] } });
    expect(await makeRun(depsFor(cluster, database), drain)).toMatchObject({
      problems: [expect.stringContaining("maxNodes is 0")],
    });
  });

  test("an operator that is not installed", async () => {
    const step = { method: "chaos-mesh", target: { name: "carts" }, fault: { pod: "pod-kill" } };
    expect(await makeRun(depsFor(cluster, database), experimentOf(step))).toMatchObject({
      problems: [expect.stringContaining("install the operator first")],
    });
    expect(cluster.writes).toEqual([]);
  });
});

describe("stopping in the middle puts everything back", () => {
  test("by a signal", async () => {
    const stopping = new AbortController();
    const deps = depsFor(cluster, database, { signal: stopping.signal, afterChange: async () => stopping.abort() });
    const result = await resultOf(makeRun(deps, experimentOf(starve)));
    expect(result).toMatchObject({ verdict: "aborted", reason: "stopped by a signal", clean: true });
    expect(limitOf(cluster)).toBe("34Mi");
  });

  test("by somebody who asks for it", async () => {
    const deps = depsFor(cluster, database, {
      afterChange: async () => void (await askChaosStop(database, "shop", "Ann")),
    });
    const result = await resultOf(makeRun(deps, experimentOf(starve)));
    expect(result).toMatchObject({ verdict: "aborted", reason: "stopped by Ann" });
    expect(limitOf(cluster)).toBe("34Mi");
  });

  test("by an abort condition that fails twice", async () => {
    const abort = [{ type: "promql", name: "revenue", query: "x", above: 1 }];
    let revenue = 5;
    const deps = depsFor(cluster, database, {
      promql: async () => [revenue],
      afterChange: async () => {
        revenue = 0.5;
      },
    });
    const result = await resultOf(makeRun(deps, experimentOf(starve, { abort })));
    expect(result).toMatchObject({ verdict: "aborted", reason: "abort condition: revenue (0.5, not above 1)" });
    expect(limitOf(cluster)).toBe("34Mi");
  });

  test("by a change that the cluster refuses half-way", async () => {
    const deps = depsFor(cluster, database);
    const { create } = deps.cluster;
    const refusing = {
      ...deps.cluster,
      create: async (...args: Parameters<typeof create>) =>
        args[1].dryRun ? await create(...args) : ({ type: "refused", detail: "no" } as const),
    };
    const method = [starve, { method: "squeeze-quota", hard: { pods: "1" } }];
    const result = await resultOf(makeRun({ ...deps, cluster: refusing }, experimentOf(starve, { method })));
    expect(result).toMatchObject({
      verdict: "aborted",
      clean: true,
      reason: expect.stringContaining("was not changed: no"),
    });
    expect(limitOf(cluster)).toBe("34Mi");
  });
});

describe("what somebody else does meanwhile", () => {
  const resources = { "f:limits": { "f:memory": {} }, "f:requests": { "f:memory": {} } };
  const ownedLimits = {
    "f:spec": {
      "f:template": { "f:spec": { "f:containers": { 'k:{"name":"carts"}': { "f:resources": resources } } } },
    },
  };
  const edit = (memory: string) =>
    cluster.edit(
      "Deployment",
      "carts",
      (object) => JSON.parse(JSON.stringify(object).replaceAll('"memory":"16Mi"', `"memory":"${memory}"`)) as object,
    );

  test("a fix that restored the value needs no putting back", async () => {
    const spec = cluster.get("Deployment", "carts")?.spec;
    const mend = () => cluster.edit("Deployment", "carts", (object) => ({ ...object, spec }));
    const deps = depsFor(cluster, database, { afterChange: async () => mend() });
    const result = await resultOf(makeRun(deps, experimentOf(starve)));
    expect(result.clean).toBe(true);
    expect(limitOf(cluster)).toBe("34Mi");
  });

  test("another value stays, is said, and goes with --force", async () => {
    const deps = depsFor(cluster, database, { afterChange: async () => edit("64Mi") });
    const outcome = await makeRun(deps, experimentOf(starve));
    if (outcome.type === "refused") throw new Error("refused");
    expect(outcome.result.changes[0]).toMatchObject({
      restored: "left",
      detail: "somebody else has changed it meanwhile",
    });
    expect(outcome.result.clean).toBe(false);
    expect(limitOf(cluster)).toBe("64Mi");
    expect(await restoreRuns(depsFor(cluster, database), { run: outcome.runId, force: true })).toEqual({
      runs: 1,
      clean: true,
    });
    expect(limitOf(cluster)).toBe("34Mi");
  });

  test("values of kubemend's own fix are put back: they were about the fault", async () => {
    const deps = depsFor(cluster, database, {
      afterChange: async () => {
        edit("64Mi");
        cluster.edit("Deployment", "carts", (object) => ({
          ...object,
          metadata: {
            ...object.metadata,
            managedFields: [
              { manager: "kube-controller-manager", subresource: "status", fieldsV1: { "f:status": {} } },
              { manager: "kubemend", fieldsV1: ownedLimits },
            ],
          },
        }));
      },
    });
    const result = await resultOf(makeRun(deps, experimentOf(starve)));
    expect(result.clean).toBe(true);
    expect(limitOf(cluster)).toBe("34Mi");
  });
});

describe("after kill -9", () => {
  test.each([
    { name: "after the change", killAfter: "0", step: starve },
    { name: "before it was written down that it was made", killAfter: "-1", step: starve },
    {
      name: "between objects of its own",
      killAfter: "0",
      step: { method: "squeeze-quota", hard: { pods: "1" }, restart: { name: "carts" } },
    },
  ])("$name: the next run is refused until chaos restore has put everything back", async ({ killAfter, step }) => {
    const before = shape(cluster);
    await using child = startChild("test/unit/chaos/run-process.ts", [
      database.url,
      cluster.url,
      JSON.stringify(step),
      killAfter,
    ]);
    expect(await child.ended, child.output()).toMatchObject({ signal: "SIGKILL" });
    expect(shape(cluster)).not.toEqual(before);
    const deps = depsFor(cluster, database);
    // Its lease runs out by the database's clock.
    const refused = await vi.waitFor(() => makeRun(deps, experimentOf(starve)), { timeout: 20_000, interval: 200 });
    expect(refused).toMatchObject({ type: "refused", problems: [expect.stringContaining("kubemend chaos restore")] });
    expect(await restoreRuns(deps, { force: false })).toEqual({ runs: 1, clean: true });
    expect(shape(cluster)).toEqual(before);
    expect(await restoreRuns(deps, { force: false })).toEqual({ runs: 0, clean: true });
    const [run] = await listChaosRuns(database, "shop");
    expect((await changesOfRun(database, run?.id ?? "")).map(({ state }) => state)).not.toContain("applied");
    expect(run).toMatchObject({ phase: "done", result: { verdict: "aborted" } });
  });
});

test("kubemend is scored by the incidents of its database", async () => {
  const culprit = { kind: "Deployment", namespace: "shop", name: "carts" };
  const clock = quickClock();
  const deps = depsFor(cluster, database, {
    clock,
    afterChange: async () => {
      const at = clock.now() + 1_000;
      const row = incidentRow(5, { target: culprit, affected: [culprit], openedAt: at, onset: at, updatedAt: at });
      await saveIncident(database, row);
    },
  });
  const expected = { cause: "memory-limit-too-low", culprit, fix: "rollback-deployment" };
  const result = await resultOf(makeRun(deps, experimentOf(starve, { expected, settle: "2s" })));
  expect(result.score).toMatchObject({
    incidentId: "5",
    detected: true,
    detectedAfterMs: 1_000,
    rightCause: false,
    foreign: [],
  });
  // The incident is still open: the steady state did not come back.
  expect(result.verdict).toBe("broken");
});

test("who is told to stop scores what is known, without another look", async () => {
  const stopped = new AbortController();
  stopped.abort();
  let looks = 0;
  const undiagnosed = { ...incidentRow(6, { openedAt: 1 }), hypotheses: [], fixes: [], applied: [] };
  const facts = await judgedFacts(
    async () => {
      if (++looks > 1) throw new Error("looked again");
      return [undiagnosed];
    },
    0,
    { clock: quickClock(), signal: stopped.signal },
  );
  expect(facts).toEqual([undiagnosed]);
});

test("the score waits for the diagnosis of what was noticed last", async () => {
  const culprit = { kind: "Deployment", namespace: "shop", name: "carts" };
  const clock = quickClock();
  const row = incidentRow(6, { target: culprit, affected: [culprit], openedAt: clock.now() + 1_000 });
  let looks = 0;
  const facts = await judgedFacts(
    async () => [
      {
        ...row,
        hypotheses: ++looks < 3 ? [] : [{ cause: "memory-limit-too-low", culprit, probability: 0.9 }],
        fixes: [],
        applied: [],
      },
    ],
    clock.now(),
    { clock, signal: new AbortController().signal },
  );
  expect(facts[0]?.hypotheses).toHaveLength(1);
  expect(looks).toBe(3);
});
