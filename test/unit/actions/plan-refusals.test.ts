import { describe, expect, test } from "vitest";
import type { ActorPreviewPort } from "../../../src/actions/cluster-port.ts";
import { makePlan, type PlanDeps } from "../../../src/actions/plan/plan.ts";
import { nothingSpent } from "../../../src/actions/policy/policy.ts";
import { defaultPolicy, policySchema } from "../../../src/actions/policy/policy-file.ts";
import type { PlanRefusalReason } from "../../../src/incident/fix/action-plan.ts";
import type { Recommendation } from "../../../src/incident/fix/recommendation.ts";
import { type ActorCluster, startActorCluster } from "../../support/actor-cluster.ts";
import { planDeps, recommend } from "../../support/plan-fixture.ts";

const carts = ["Deployment", "carts"] as const;
const limits = (memory: string) => ({ container: "carts", limits: { memory } });
interface Case {
  readonly name: string;
  readonly recommendation: Recommendation;
  readonly given?: (cluster: ActorCluster) => unknown;
  readonly deps?: (cluster: ActorPreviewPort) => Partial<PlanDeps>;
  readonly reason: PlanRefusalReason;
  readonly detail: RegExp;
}

const unreachable: ActorPreviewPort = {
  get: async () => ({ type: "failed", reason: "unreachable", detail: "ECONNREFUSED" }),
  list: async () => ({ type: "failed", reason: "unreachable", detail: "ECONNREFUSED" }),
  dryRun: async () => ({ type: "unreachable", detail: "ECONNREFUSED" }),
};

const cases: readonly Case[] = [
  {
    name: "a target that is gone",
    recommendation: recommend("restart", ["Deployment", "gone"]),
    reason: "target-gone",
    detail: /does not exist/,
  },
  {
    name: "a kind the action cannot work on",
    recommendation: recommend("restart", ["Service", "carts"]),
    reason: "not-supported",
    detail: /Deployment, StatefulSet, DaemonSet/,
  },
  {
    name: "parameters that are none",
    recommendation: recommend("scale", carts, { replicas: -1 }),
    reason: "invalid-params",
    detail: /replicas/,
  },
  {
    name: "parameters that nobody asked for",
    recommendation: recommend("restart", carts, { force: true }),
    reason: "invalid-params",
    detail: /force/,
  },
  {
    name: "a container that is not there",
    recommendation: recommend("set-env", carts, { container: "cart", name: "A", value: "b" }),
    reason: "invalid-params",
    detail: /carts/,
  },
  {
    name: "a library that a program loads first",
    recommendation: recommend("set-env", carts, { container: "carts", name: "LD_PRELOAD", value: "/tmp/x.so" }),
    reason: "not-supported",
    detail: /LD_PRELOAD decides what a program loads/,
  },
  {
    name: "an agent beside a size of memory",
    recommendation: recommend("set-env", carts, {
      container: "carts",
      name: "JAVA_TOOL_OPTIONS",
      value: "-Xmx1g -javaagent:/tmp/x.jar",
    }),
    reason: "not-supported",
    detail: /JAVA_TOOL_OPTIONS decides/,
  },
  {
    name: "a key that becomes such a variable",
    recommendation: recommend("patch-config", ["ConfigMap", "carts-config"], { key: "BASH_ENV", value: "/tmp/x" }),
    reason: "not-supported",
    detail: /BASH_ENV becomes a variable/,
  },
  {
    name: "a request above its limit",
    recommendation: recommend("patch-resources", carts, { container: "carts", requests: { memory: "1Gi" } }),
    reason: "invalid-params",
    detail: /above the limit 34Mi/,
  },
  {
    name: "a value only a person knows",
    recommendation: recommend("set-env", carts, {}, { needs: [{ name: "value", why: "no earlier value is known" }] }),
    reason: "needs-input",
    detail: /no earlier value/,
  },
  {
    name: "steps for a person",
    recommendation: recommend("guide", carts, { steps: ["Renew it.", "Restart."] }),
    reason: "guide-only",
    detail: /1\. Renew it\.\n2\. Restart\./,
  },
  {
    name: "steps that are none",
    recommendation: recommend("guide", carts, { steps: "Renew it." }),
    reason: "invalid-params",
    detail: /steps of the guide are missing or malformed/,
  },
  {
    name: "a secret kubemend does not know",
    recommendation: recommend("restore-secret", ["Secret", "db"], { keys: ["password"], steps: ["Put it back."] }),
    reason: "guide-only",
    detail: /password/,
  },
  {
    name: "limits that are already so",
    recommendation: recommend("patch-resources", carts, limits("34Mi")),
    reason: "nothing-to-change",
    detail: /already/,
  },
  {
    name: "a pod count that is already so",
    recommendation: recommend("scale", carts, { replicas: 2 }),
    reason: "nothing-to-change",
    detail: /already/,
  },
  {
    name: "a pod that nothing would bring back",
    recommendation: recommend("delete-pod", ["Pod", "bare"]),
    reason: "not-supported",
    detail: /no controller/,
  },
  {
    name: "no revision to go back to",
    recommendation: recommend("rollback-deployment", carts, { toRevision: 9 }),
    reason: "not-supported",
    detail: /revision 9.*kept: 2, 1/,
  },
  {
    name: "an image from a repository it never used",
    recommendation: recommend("set-image", carts, { container: "carts", image: "evil.example/carts:1.4.2" }),
    reason: "not-supported",
    detail: /evil\.example\/carts was never used/,
  },
  {
    name: "a free patch that would run something else",
    recommendation: recommend("free-patch", carts, {
      patch: { spec: { template: { spec: { containers: [{ name: "carts", command: ["sh"] }] } } } },
    }),
    reason: "not-supported",
    detail: /spec\.template\.spec\.containers\.0\.command may not be changed/,
  },
  {
    name: "a free patch that would read a secret",
    recommendation: recommend("free-patch", carts, {
      patch: {
        spec: {
          template: {
            spec: {
              containers: [
                { name: "carts", env: [{ name: "A", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] },
              ],
            },
          },
        },
      },
    }),
    reason: "not-supported",
    detail: /containers\.0\.env may not be changed/,
  },
  {
    name: "an immutable config map",
    given: (c) => c.edit("ConfigMap", "carts-config", (o) => ({ ...o, immutable: true })),
    recommendation: recommend("patch-config", ["ConfigMap", "carts-config"], { key: "pool", value: "20" }),
    reason: "not-supported",
    detail: /immutable/,
  },
  {
    name: "a second autoscaler",
    recommendation: recommend("create-hpa", ["StatefulSet", "db"], { minReplicas: 1, maxReplicas: 2, cpuPercent: 50 }),
    reason: "nothing-to-change",
    detail: /db-scaler already/,
  },
  {
    name: "what the API's validation does not accept",
    recommendation: recommend("patch-probe", carts, {
      container: "carts",
      probe: "liveness",
      value: { httpGet: { path: "/", port: "nosuchport-name-way-too-l" } },
    }),
    reason: "invalid-params",
    detail: /port/,
  },
  {
    name: "a success threshold that liveness probes may not have",
    recommendation: recommend("patch-probe", carts, {
      container: "carts",
      probe: "liveness",
      value: { tcpSocket: { port: 1 }, successThreshold: 3 },
    }),
    reason: "dry-run-refused",
    detail: /422 Invalid: .*successThreshold/,
  },
  {
    name: "a cluster that cannot be reached",
    recommendation: recommend("restart", carts),
    deps: () => ({ cluster: unreachable }),
    reason: "unreachable",
    detail: /ECONNREFUSED/,
  },
  {
    name: "an API server that is busy",
    recommendation: recommend("restart", carts),
    deps: (actor) => ({
      cluster: {
        ...actor,
        dryRun: async () => ({ type: "refused", status: 429, reason: "TooManyRequests", fields: [] }),
      },
    }),
    reason: "unreachable",
    detail: /429.*Try again/,
  },
  {
    name: "a frozen cluster",
    recommendation: recommend("restart", carts),
    deps: () => ({ standing: async () => ({ now: 0, frozen: true, spent: nothingSpent }) }),
    reason: "frozen",
    detail: /unfreeze/,
  },
  {
    name: "a policy that does not speak of the namespace",
    recommendation: recommend("restart", carts),
    deps: () => ({
      policy: policySchema.parse({ version: 1, rules: [{ name: "r", namespaces: ["other"], approvers: {} }] }),
    }),
    reason: "policy-refused",
    detail: /No rule/,
  },
  {
    name: "a protected namespace",
    recommendation: {
      ...recommend("restart", carts),
      target: { kind: "Deployment", namespace: "kube-system", name: "coredns" },
    },
    deps: () => ({ policy: defaultPolicy }),
    reason: "policy-refused",
    detail: /protected/,
  },
];

describe("no plan is made, and the reason is said, for", () => {
  test.each(cases)("$name", async ({ recommendation, given, deps, reason, detail }) => {
    await using cluster = await startActorCluster();
    await given?.(cluster);
    cluster.writes.length = 0;
    const outcome = await makePlan({ incidentId: "7", recommendation }, planDeps(cluster.actor, deps?.(cluster.actor)));
    expect(outcome).toMatchObject({ type: "refused", refusal: { reason, detail: expect.stringMatching(detail) } });
    expect(cluster.writes).toEqual([]);
  });
});
