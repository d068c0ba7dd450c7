import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { admissionObjects, allowedOperations, onlyDiffersIn } from "../../k8s/admission.ts";
import type { ActorPort } from "../../src/actions/cluster-port.ts";
import { stamped } from "../../src/actions/execute/stamp.ts";
import type { ActionCode } from "../../src/incident/action-code.ts";
import type { ActionPlan, WriteStep } from "../../src/incident/action-plan.ts";
import { policyAdmission } from "../../src/replay/api/admission.ts";
import { clusterAdmin, serviceAccount } from "../../src/replay/api/identity.ts";
import { resourceOfKind } from "../../src/replay/api/registry.ts";
import { type ApiServer, startApiServer } from "../../src/replay/api/server.ts";
import { type ActorCluster, actorFor, startActorCluster } from "../support/actor-cluster.ts";
import { createCel } from "../support/cel.ts";
import { everyAction, prepareForEveryAction } from "../support/every-action.ts";
import { type HostileWrite, hostileWrites } from "../support/hostile-writes.ts";
import { objectsIn } from "../support/manifests.ts";
import { planFor, recommend } from "../support/plan-fixture.ts";
import { promiseFigure } from "../support/promise-figure.ts";
import { reversibleCases } from "../support/reversible-cases.ts";

/** A cluster with everything that actions need, and a second door that asks who you are and judges by the committed policy. */
async function startJudged(): Promise<{ cluster: ActorCluster; server: ApiServer; actor: ActorPort }> {
  const cluster = await startActorCluster({ proxy: answering });
  await prepareForEveryAction(cluster);
  const spec = { containers: [{ name: "c", image: "registry.local/c:1", ports: [{ containerPort: 8080 }] }] };
  for (const namespace of ["kube-system", "kube-public", "kubemend"]) {
    if (namespace === "kubemend")
      await cluster
        .create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } })
        .catch(() => undefined);
    await cluster.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "held", namespace }, data: {} });
    await cluster.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "held", namespace }, spec });
  }
  for (const name of ["admission.yaml", "rbac.yaml"])
    for (const object of objectsIn(name)) cluster.table.apply({ type: "ADDED", object });
  const server = await startApiServer({
    table: cluster.table,
    proxy: answering,
    // The actor's own token, and nobody's role: what the policy lets through is all that stands in the way.
    authenticate: (authorization) =>
      authorization === "Bearer admin" ? clusterAdmin : serviceAccount("kubemend", "kubemend-actor"),
    admit: policyAdmission(cluster.table, createCel()),
  });
  return { cluster, server, actor: actorFor(server.url) };
}

const answering = { ask: () => ({ code: 200, contentType: "text/plain", text: "healed" }) };

describe("what the actor's ServiceAccount may change is limited to what the catalogue writes (K2)", () => {
  let judged: Awaited<ReturnType<typeof startJudged>>;
  beforeAll(async () => {
    judged = await startJudged();
  });
  afterAll(async () => {
    await judged.server.close();
    await judged.cluster[Symbol.asyncDispose]();
  });

  async function send(
    write: HostileWrite,
    as: "actor" | "admin",
    dryRun: boolean,
  ): Promise<{ status: number; text: string }> {
    const type = write.method === "PATCH" ? mediaType(write.path) : "application/json";
    const dry = dryRun && !write.path.includes("/proxy") ? "?dryRun=All" : "";
    const body = write.method === "DELETE" && dryRun ? { dryRun: ["All"] } : write.body;
    const response = await fetch(`${judged.server.url}${write.path}${dry}`, {
      method: write.method,
      headers: { authorization: `Bearer ${as}`, "content-type": type },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  }
  /** Kinds without merge keys of their own, and Scale, take a merge patch. */
  const mediaType = (path: string) =>
    path.endsWith("/scale") ? "application/merge-patch+json" : "application/strategic-merge-patch+json";

  test("more than 200 hostile writes with the actor's own token are refused, each of which the API would have taken", async () => {
    expect(hostileWrites.length).toBeGreaterThan(200);
    const revision = judged.cluster.table.revision();
    const letThrough: string[] = [];
    const notValid: string[] = [];
    for (const write of hostileWrites) {
      const { status, text } = await send(write, "actor", false);
      if (status !== 403 || !text.includes("kubemend's actor: "))
        letThrough.push(`${write.name}: ${status} ${text.slice(0, 300)}`);
      const admin = await send(write, "admin", true);
      if (admin.status >= 300) notValid.push(`${write.name}: ${admin.status} ${admin.text.slice(0, 300)}`);
    }
    expect(letThrough).toEqual([]);
    expect(notValid, "a write that the API refuses anyway proves nothing").toEqual([]);
    expect(judged.cluster.table.revision()).toBe(revision);
    promiseFigure(
      "K2",
      `${hostileWrites.length} hostile writes`,
      `${hostileWrites.length - letThrough.length} denied by the policy alone`,
    );
  });

  /** As the executor does it, with the plan's stamp. */
  async function carryOut(step: WriteStep, plan: ActionPlan, phase: "apply" | "undo") {
    const { kind, name, namespace } = step.target;
    const object = judged.cluster.get(kind, name, namespace);
    return await judged.actor.apply(stamped(step, plan, phase, object), {});
  }

  const legitimate: readonly (readonly [ActionCode, readonly [string, string], Record<string, unknown>?])[] = [
    ...reversibleCases.map(({ action, target, params }) => [action, target, params ?? {}] as const),
    ...everyAction,
  ];

  test("every change of the catalogue is planned, applied and taken back", async () => {
    const pods = resourceOfKind("v1", "Pod");
    if (!pods) throw new Error("the API emulator serves no pods");
    const running = judged.cluster.table.list(pods, "shop");
    const refused: string[] = [];
    for (const [action, target, params = {}] of legitimate) {
      const recommendation = recommend(action, target, params);
      const { kind } = recommendation.target;
      const scoped = kind === "ClusterRole" ? { target: { kind, name: recommendation.target.name } } : {};
      try {
        const plan = await planFor({ ...recommendation, ...scoped }, judged.actor);
        for (const [phase, steps] of [
          ["apply", plan.steps],
          ["undo", plan.undo],
        ] as const) {
          for (const step of steps) {
            const outcome = await carryOut(step, plan, phase);
            if (outcome.type !== "done") refused.push(`${action} ${kind} ${phase}: ${JSON.stringify(outcome)}`);
          }
        }
      } catch (error) {
        refused.push(`${action} ${kind}: ${error instanceof Error ? error.message : String(error)}`);
      }
      // A pod that went is replaced, as its controller would.
      for (const object of running) judged.cluster.table.put(pods, object);
    }
    expect(refused).toEqual([]);
    promiseFigure("K2", `${legitimate.length} changes of the catalogue`, "all applied and taken back under the policy");
  });

  test("nobody else is held to it", async () => {
    const write = hostileWrites.find(({ name }) => name === "Deployment: a label");
    expect(write && (await send(write, "admin", true)).status).toBe(200);
  });
});

describe("the policy as the API server takes it (K2)", () => {
  const cel = createCel();
  const [policy] = admissionObjects({ namespace: "kubemend" }) as {
    spec: Record<string, { name?: string; expression: string; message?: string }[]>;
  }[];

  test("every expression compiles, and no message breaks its line", () => {
    const all = [
      ...(policy?.spec["matchConditions"] ?? []),
      ...(policy?.spec["variables"] ?? []),
      ...(policy?.spec["validations"] ?? []),
    ];
    expect(all.length).toBeGreaterThan(30);
    for (const { expression, message = "" } of all) {
      expect(() => cel.compile(expression), expression).not.toThrow();
      expect(message).not.toContain("\n");
    }
  });

  test("variables are declared before they are used", () => {
    const declared: string[] = [];
    for (const { name = "", expression } of policy?.spec["variables"] ?? []) {
      for (const [, used = ""] of expression.matchAll(/variables\.(\w+)/g)) expect(declared).toContain(used);
      declared.push(name);
    }
    for (const { expression } of policy?.spec["validations"] ?? [])
      for (const [, used = ""] of expression.matchAll(/variables\.(\w+)/g)) expect(declared).toContain(used);
  });

  test("operations are those of the role, and asking what one may do", () => {
    expect(allowedOperations()).toEqual(
      expect.arrayContaining(["CONNECT /pods/proxy", "CREATE /pods/eviction", "UPDATE apps/deployments/scale"]),
    );
    expect(allowedOperations().filter((text) => /secrets|exec| \/pods$/.test(text))).toEqual([
      "DELETE /pods",
      "UPDATE /pods",
    ]);
  });

  const shape = { fields: { a: "any", list: { items: { fields: { v: "any" } }, by: ["name"] } } } as const;
  const judge = (next: object, old: object) => cel.compile(onlyDiffersIn(shape, "next", "old"))({ next, old });
  test.each([
    { name: "a named field may change", next: { a: 1, b: 2 }, old: { a: 2, b: 2 }, want: true },
    { name: "it may come and go", next: { b: 2 }, old: { a: 2, b: 2 }, want: true },
    { name: "another may not change", next: { b: 1 }, old: { b: 2 }, want: false },
    { name: "nor come", next: { b: 1 }, old: {}, want: false },
    { name: "nor go", next: {}, old: { b: 1 }, want: false },
    {
      name: "an item's named field may change",
      next: { list: [{ name: "x", v: 1 }] },
      old: { list: [{ name: "x", v: 2 }] },
      want: true,
    },
    {
      name: "another of it may not",
      next: { list: [{ name: "x", w: 1 }] },
      old: { list: [{ name: "x", w: 2 }] },
      want: false,
    },
    {
      name: "no item comes",
      next: { list: [{ name: "x" }, { name: "y" }] },
      old: { list: [{ name: "x" }] },
      want: false,
    },
    {
      name: "none takes another's place",
      next: { list: [{ name: "y" }] },
      old: { list: [{ name: "x" }] },
      want: false,
    },
    {
      name: "none is named twice",
      next: { list: [{ name: "x" }, { name: "x" }] },
      old: { list: [{ name: "x" }, { name: "y" }] },
      want: false,
    },
    {
      name: "their order is free",
      next: { list: [{ name: "y" }, { name: "x" }] },
      old: { list: [{ name: "x" }, { name: "y" }] },
      want: true,
    },
    { name: "an empty list is as good as none", next: { list: [] }, old: {}, want: true },
  ])("$name", ({ next, old, want }) => {
    expect(judge(next, old)).toBe(want);
  });
});
