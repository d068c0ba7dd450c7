import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { valueAt } from "../../../src/actions/change/plain.ts";
import { strategicPatch } from "../../../src/actions/change/strategic-patch.ts";
import { makePlan } from "../../../src/actions/plan/plan.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import type { ActionCode } from "../../../src/incident/action-code.ts";
import { type ActorCluster, startActorCluster } from "../../support/actor-cluster.ts";
import { planDeps, recommend } from "../../support/plan-fixture.ts";

const argo = { "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/carts" };

function owned(cluster: ActorCluster, kind: string, name: string): void {
  cluster.edit(kind, name, (object) => ({
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...argo } },
  }));
}

async function advice(cluster: ActorCluster, action: ActionCode, target: readonly [string, string], params: object) {
  const outcome = await makePlan(
    { incidentId: "7", recommendation: recommend(action, target, params as Record<string, unknown>) },
    planDeps(cluster.actor),
  );
  if (outcome.type !== "refused") throw new Error("a plan was made");
  return outcome.refusal;
}

const named = (list: unknown, key: string, value: unknown) =>
  (Array.isArray(list) ? (list as Record<string, unknown>[]) : []).find((item) => item[key] === value);
const container = (object: KubeObject, name: string) =>
  named(valueAt(object, "spec", "template", "spec", "containers"), "name", name);
const variable = (object: KubeObject, inside: string, name: string) =>
  named(container(object, inside)?.["env"], "name", name)?.["value"];

/** Applies a patch as the API server would, by sending it. */
async function applied(cluster: ActorCluster, text: string): Promise<void> {
  for (const document of parseAllDocuments(text)) {
    const { apiVersion, kind, metadata, ...rest } = document.toJS() as KubeObject & Record<string, unknown>;
    const group = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
    const response = await fetch(
      `${cluster.url}${group}/namespaces/shop/${kind.toLowerCase()}s/${metadata.name}?fieldValidation=Strict`,
      {
        method: "PATCH",
        headers: { "content-type": "application/strategic-merge-patch+json" },
        body: JSON.stringify(rest),
      },
    );
    expect(response.status, await response.text()).toBe(200);
  }
}

describe("what a Git repository owns becomes advice with a file to commit that makes the very change", () => {
  test.each([
    {
      action: "patch-resources",
      target: ["Deployment", "carts"],
      params: { container: "carts", limits: { memory: "96Mi" } },
      at: (object: KubeObject) => valueAt(container(object, "carts"), "resources", "limits", "memory"),
      want: "96Mi",
    },
    {
      action: "set-env",
      target: ["Deployment", "carts"],
      params: { container: "proxy", name: "A", value: "b" },
      at: (object: KubeObject) => [variable(object, "proxy", "A"), typeof container(object, "carts")?.["image"]],
      want: ["b", "string"],
    },
    {
      action: "set-env",
      target: ["Deployment", "carts"],
      params: { container: "carts", name: "DB_URL", value: null },
      at: (object: KubeObject) => variable(object, "carts", "DB_URL"),
      want: undefined,
    },
    {
      action: "patch-probe",
      target: ["Deployment", "carts"],
      params: { container: "carts", probe: "liveness", value: { httpGet: { path: "/healthz", port: "http" } } },
      at: (object: KubeObject) =>
        ["tcpSocket", "httpGet"].map((key) => typeof valueAt(container(object, "carts"), "livenessProbe", key)),
      want: ["undefined", "object"],
    },
    {
      action: "patch-probe",
      target: ["Deployment", "carts"],
      params: { container: "carts", probe: "readiness", value: null },
      at: (object: KubeObject) => valueAt(container(object, "carts"), "readinessProbe"),
      want: undefined,
    },
    {
      action: "patch-service-port",
      target: ["Service", "carts"],
      params: { port: 80, targetPort: "http" },
      at: (object: KubeObject) => named(valueAt(object, "spec", "ports"), "port", 80)?.["targetPort"],
      want: "http",
    },
    {
      action: "patch-selector",
      target: ["Service", "carts"],
      params: { selector: { app: "carts" } },
      at: (object: KubeObject) => valueAt(object, "spec", "selector"),
      want: { app: "carts" },
    },
    {
      action: "patch-config",
      target: ["ConfigMap", "carts-config"],
      params: { key: "upstream", value: "http://carts-db" },
      at: (object: KubeObject) => valueAt(object, "data", "upstream"),
      want: "http://carts-db",
    },
    {
      action: "scale",
      target: ["Deployment", "carts"],
      params: { replicas: 3 },
      at: (object: KubeObject) => valueAt(object, "spec", "replicas"),
      want: 3,
    },
  ] as const)("$action of $target", async ({ action, target, params, at, want }) => {
    await using cluster = await startActorCluster();
    owned(cluster, target[0], target[1]);
    const refusal = await advice(cluster, action, target, params);
    expect(refusal).toMatchObject({
      reason: "managed-by-gitops",
      commit: { name: `patch-${target[0].toLowerCase()}-${target[1]}.yaml` },
    });
    await applied(cluster, refusal.commit?.text ?? "");
    expect(at(cluster.get(target[0], target[1]) as KubeObject)).toEqual(want);
  });

  test("only what changes is in it", async () => {
    await using cluster = await startActorCluster();
    owned(cluster, "Deployment", "carts");
    const { commit } = await advice(cluster, "patch-resources", ["Deployment", "carts"], {
      container: "carts",
      limits: { memory: "96Mi" },
    });
    expect(parse(commit?.text ?? "")).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "carts", namespace: "shop" },
      spec: { template: { spec: { containers: [{ name: "carts", resources: { limits: { memory: "96Mi" } } }] } } },
    });
  });
});

test("lists without a merge key are given whole, and items that go are named", () => {
  const before = {
    args: ["a"],
    env: [
      { name: "A", value: "1" },
      { name: "B", value: "2" },
    ],
    ports: [{ containerPort: 80 }],
  };
  const after = {
    args: ["b"],
    env: [{ name: "B", value: "3" }],
    ports: [{ containerPort: 80 }, { containerPort: 81 }],
  };
  expect(strategicPatch(before, after)).toEqual({
    args: ["b"],
    env: [
      { name: "B", value: "3" },
      { name: "A", $patch: "delete" },
    ],
    ports: [{ containerPort: 81 }],
  });
});

describe("another field manager", () => {
  const fields = (memory: object) => ({
    "f:spec": {
      "f:template": {
        "f:spec": { "f:containers": { 'k:{"name":"carts"}': { ".": {}, "f:resources": { "f:limits": memory } } } },
      },
    },
  });
  test.each([
    {
      name: "keeps the field by server-side apply",
      manager: "team-deployer",
      operation: "Apply",
      owns: fields({ "f:memory": {} }),
      want: "other-field-manager",
    },
    {
      name: "keeps the whole map",
      manager: "team-deployer",
      operation: "Apply",
      owns: fields({}),
      want: "other-field-manager",
    },
    {
      name: "keeps another field",
      manager: "team-deployer",
      operation: "Apply",
      owns: fields({ "f:cpu": {} }),
      want: undefined,
    },
    {
      name: "keeps another container's",
      manager: "team-deployer",
      operation: "Apply",
      owns: {
        "f:spec": { "f:template": { "f:spec": { "f:containers": { 'k:{"name":"proxy"}': { "f:resources": {} } } } } },
      },
      want: undefined,
    },
    {
      name: "has only updated it",
      manager: "team-deployer",
      operation: "Update",
      owns: fields({ "f:memory": {} }),
      want: undefined,
    },
    {
      name: "is a person at kubectl",
      manager: "kubectl",
      operation: "Apply",
      owns: fields({ "f:memory": {} }),
      want: undefined,
    },
    {
      name: "is a person at Helm 4",
      manager: "helm",
      operation: "Apply",
      owns: fields({ "f:memory": {} }),
      want: undefined,
    },
    {
      name: "is Flux with a chart of Helm",
      manager: "helm-controller",
      operation: "Apply",
      owns: fields({ "f:memory": {} }),
      want: "other-field-manager",
    },
  ])("who $name", async ({ manager, operation, owns, want }) => {
    await using cluster = await startActorCluster();
    cluster.edit("Deployment", "carts", (object) => ({
      ...object,
      metadata: {
        ...object.metadata,
        managedFields: [{ manager, operation, apiVersion: "apps/v1", fieldsType: "FieldsV1", fieldsV1: owns }],
      },
    }));
    const recommendation = recommend("patch-resources", ["Deployment", "carts"], {
      container: "carts",
      limits: { memory: "96Mi" },
    });
    const outcome = await makePlan({ incidentId: "7", recommendation }, planDeps(cluster.actor));
    expect(outcome.type === "refused" ? outcome.refusal.reason : undefined).toBe(want);
    if (outcome.type === "refused") expect(outcome.refusal.detail).toContain(manager);
  });
});

test.each([
  { share: 0.234, says: "Before the trouble it answered 23 % of the requests measured in shop." },
  { share: 0.001, says: "less than 1 %" },
  { share: 0, says: "0 %" },
  { share: undefined, says: undefined },
])("the blast radius says the share of the traffic: $share", async ({ share, says }) => {
  await using cluster = await startActorCluster();
  const recommendation = recommend(
    "restart",
    ["Deployment", "carts"],
    {},
    share === undefined ? {} : { trafficShare: share },
  );
  const outcome = await makePlan({ incidentId: "7", recommendation }, planDeps(cluster.actor));
  if (outcome.type !== "planned") throw new Error("refused");
  const { blastRadius } = outcome.plan;
  expect(blastRadius.trafficShare).toBe(share);
  if (says) expect(blastRadius.note).toContain(says);
  else expect(blastRadius.note).not.toContain("requests");
});
