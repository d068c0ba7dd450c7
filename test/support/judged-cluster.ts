import { stamped } from "../../src/actions/execute/stamp.ts";
import type { ActionCode } from "../../src/incident/action-code.ts";
import type { ActionPlan, WriteStep } from "../../src/incident/fix/action-plan.ts";
import type { AdmissionRequest, Refusal } from "../../src/replay/api/call.ts";
import { clusterAdmin, serviceAccount } from "../../src/replay/api/identity.ts";
import { resourceOfKind } from "../../src/replay/api/registry.ts";
import { startApiServer } from "../../src/replay/api/server.ts";
import { type ActorCluster, actorFor, startActorCluster } from "./actor-cluster.ts";
import { policyAdmission } from "./api-server/policy-admission.ts";
import { createCel } from "./cel.ts";
import { everyAction, prepareForEveryAction } from "./every-action.ts";
import type { HostileWrite } from "./hostile-writes.ts";
import { objectsIn } from "./manifests.ts";
import { planFor, recommend } from "./plan-fixture.ts";
import { reversibleCases } from "./reversible-cases.ts";

const answering = { ask: () => ({ code: 200, contentType: "text/plain", text: "healed" }) };

/** A cluster with everything that actions need, behind a door that asks who you are and judges by the committed policy. */
export interface JudgedCluster extends AsyncDisposable {
  readonly cluster: ActorCluster;
  /** One write with the actor's own token, or with an administrator's. */
  send(write: HostileWrite, as: "actor" | "admin", dryRun: boolean): Promise<{ status: number; text: string }>;
  /** Plans each change of the catalogue, applies it and takes it back, as the executor does. @returns what was refused */
  carryOutAll(changes: readonly Change[]): Promise<string[]>;
}

export type Change = readonly [ActionCode, readonly [string, string], Record<string, unknown>?];

/** Every change of the catalogue, on the objects of `startJudged`; in an order in which all of them work. */
export const legitimateChanges: readonly Change[] = [
  ...reversibleCases.map(({ action, target, params }): Change => [action, target, params ?? {}]),
  ...everyAction,
];

/** @param seen hears of every write of the actor that was judged, and of what the policy made of it */
export async function startJudged(
  seen: (request: AdmissionRequest, refusal: Refusal | undefined) => void = () => undefined,
): Promise<JudgedCluster> {
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
  for (const name of ["kube-root-ca.crt", "istio-ca-root-cert"])
    await cluster.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: "shop" },
      data: { a: "b" },
    });
  for (const name of ["admission.yaml", "rbac.yaml"])
    for (const object of objectsIn(name)) cluster.table.apply({ type: "ADDED", object });
  const judge = policyAdmission(cluster.table, createCel());
  const server = await startApiServer({
    table: cluster.table,
    proxy: answering,
    // The actor's own token, and nobody's role: what the policy lets through is all that stands in the way.
    authenticate: (authorization) =>
      authorization === "Bearer admin" ? clusterAdmin : serviceAccount("kubemend", "kubemend-actor"),
    admit: (request) => {
      const refusal = judge(request);
      if (request.identity !== clusterAdmin) seen(request, refusal);
      return refusal;
    },
  });
  const actor = actorFor(server.url);
  const carryOut = async (step: WriteStep, plan: ActionPlan, phase: "apply" | "undo") => {
    const { kind, name, namespace } = step.target;
    return await actor.apply(stamped(step, plan, phase, cluster.get(kind, name, namespace)), {});
  };
  return {
    cluster,
    async send(write, as, dryRun) {
      const type = write.type ?? (write.method === "PATCH" ? mediaType(write.path) : "application/json");
      const dry = dryRun && !write.path.includes("/proxy") ? `${write.path.includes("?") ? "&" : "?"}dryRun=All` : "";
      const body = write.method === "DELETE" && dryRun ? { dryRun: ["All"] } : write.body;
      const response = await fetch(`${server.url}${write.path}${dry}`, {
        method: write.method,
        headers: { authorization: `Bearer ${as}`, "content-type": type },
        body: JSON.stringify(body),
      });
      return { status: response.status, text: await response.text() };
    },
    async carryOutAll(changes) {
      const pods = resourceOfKind("v1", "Pod");
      if (!pods) throw new Error("the API emulator serves no pods");
      const running = cluster.table.list(pods, "shop");
      const refused: string[] = [];
      for (const [action, target, params = {}] of changes) {
        const recommendation = recommend(action, target, params);
        const { kind } = recommendation.target;
        const scoped = kind === "ClusterRole" ? { target: { kind, name: recommendation.target.name } } : {};
        try {
          const plan = await planFor({ ...recommendation, ...scoped }, actor);
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
        for (const object of running) cluster.table.put(pods, object);
      }
      return refused;
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** Kinds without merge keys of their own, and Scale, take a merge patch. */
const mediaType = (path: string) =>
  path.endsWith("/scale") ? "application/merge-patch+json" : "application/strategic-merge-patch+json";
