import { describe, expect, test } from "vitest";
import {
  autoscalerIsActive,
  autoscalerOf,
  blockingBudget,
  budgetsFor,
  gitopsOwner,
  operatorOwner,
} from "../../../src/actions/conflicts.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";

const deployment = (metadata: object = {}, spec: object = {}): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "carts", namespace: "shop", uid: "d", ...metadata },
  spec: { selector: {}, template: { spec: { containers: [] } }, ...spec },
});

describe("who would put a change back, by the marks on the object", () => {
  test.each([
    ["Argo CD", { annotations: { "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/carts" } }],
    ["Argo CD", { labels: { "argocd.argoproj.io/instance": "shop" } }],
    ["Flux", { labels: { "kustomize.toolkit.fluxcd.io/name": "shop" } }],
    ["Flux", { labels: { "helm.toolkit.fluxcd.io/name": "shop" } }],
    ["Fleet", { annotations: { "objectset.rio.cattle.io/id": "default-shop" } }],
    ["Config Sync", { annotations: { "configmanagement.gke.io/managed": "enabled" } }],
  ])("%s: %j", (tool, marks) => {
    const owner = gitopsOwner(deployment(marks));
    const [mark] = Object.entries({ ...("labels" in marks ? marks.labels : marks.annotations) });
    expect(owner).toEqual({ tool, mark: mark?.join("=") });
  });

  test.each([
    ["no mark", {}],
    ["Helm alone", { labels: { "app.kubernetes.io/managed-by": "Helm" } }],
    ["Config Sync that was told to leave it", { annotations: { "configmanagement.gke.io/managed": "disabled" } }],
    [
      "a mark of another name",
      { annotations: { "argocd.argoproj.io/sync-wave": "1", "x.toolkit.fluxcd.io/name": "y" } },
    ],
  ])("nobody: %s", (_name, marks) => expect(gitopsOwner(deployment(marks))).toBeUndefined());

  describe("a label that charts of Helm carry as well", () => {
    const labelled = (...managers: readonly string[]) =>
      deployment({
        labels: { "app.kubernetes.io/instance": "shop" },
        managedFields: managers.map((manager) => ({ manager, operation: "Update", fieldsV1: {} })),
      });
    test.each([
      ["is Argo CD's where Argo CD writes the object", ["argocd-controller", "kube-controller-manager"], "Argo CD"],
      ["is that of an earlier Argo CD", ["argocd-application-controller"], "Argo CD"],
      ["is nobody's where Helm does", ["helm", "kube-controller-manager"], undefined],
      ["is nobody's where nobody is known", [], undefined],
    ] as const)("%s", (_name, managers, tool) => expect(gitopsOwner(labelled(...managers))?.tool).toBe(tool));

    test("and that is absent does not make an object Argo CD's for having written it once", () => {
      const entry = { manager: "argocd-controller", operation: "Update", fieldsV1: {} };
      expect(gitopsOwner(deployment({ managedFields: [entry] }))).toBeUndefined();
    });
  });

  test("a long mark is shown in part", () => {
    const owner = gitopsOwner(deployment({ annotations: { "argocd.argoproj.io/tracking-id": "x".repeat(500) } }));
    expect(owner?.mark).toHaveLength(200);
  });
});

describe("an operator", () => {
  const owned = { ownerReferences: [{ kind: "Prometheus", name: "main", uid: "u", controller: true }] };
  test("keeps what it controls", () => expect(operatorOwner(deployment(owned))).toBe("Prometheus main"));
  test("does not keep what it only refers to", () =>
    expect(operatorOwner(deployment({ ownerReferences: [{ kind: "App", name: "shop", uid: "u" }] }))).toBeUndefined());
  test.each(["StatefulSet", "Pod"])("is not the %s that a claim goes with", (kind) => {
    const claim = deployment({ ownerReferences: [{ kind, name: "db", uid: "u", controller: true }] });
    expect(operatorOwner({ ...claim, kind: "PersistentVolumeClaim" })).toBeUndefined();
  });
  test("may keep a claim as well", () =>
    expect(operatorOwner({ ...deployment(owned), kind: "PersistentVolumeClaim" })).toBe("Prometheus main"));
  test("is not what makes pods of a ReplicaSet", () =>
    expect(operatorOwner({ ...deployment(owned), kind: "Pod" })).toBeUndefined());
});

describe("an autoscaler", () => {
  const scaler = (target: object, namespace = "shop"): KubeObject => ({
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "carts", namespace, uid: "h" },
    spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "carts", ...target }, maxReplicas: 5 },
  });
  test("is that of the same kind, name and namespace", () => {
    const others = [scaler({ kind: "StatefulSet" }), scaler({ name: "orders" }), scaler({}, "other"), deployment()];
    expect(autoscalerOf(deployment(), others)).toBeUndefined();
    const own = scaler({});
    expect(autoscalerOf(deployment(), [...others, own])).toBe(own);
  });
  test("leaves alone what is scaled to zero", () => {
    expect([0, 1, undefined].map((replicas) => autoscalerIsActive(deployment({}, { replicas })))).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe("a disruption budget", () => {
  const budget = (name: string, app: string, disruptionsAllowed?: number): KubeObject => ({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace: "shop", uid: name },
    spec: { selector: { matchLabels: { app } } },
    ...(disruptionsAllowed === undefined ? {} : { status: { disruptionsAllowed } }),
  });
  const pod = { ...deployment({ labels: { app: "carts" } }), kind: "Pod" };
  test("counts the pods that it selects", () => {
    const all = [budget("a", "carts", 1), budget("b", "orders", 0)];
    expect(budgetsFor({ app: "carts" }, all).map(({ metadata }) => metadata.name)).toEqual(["a"]);
    expect(blockingBudget(pod, all)).toBeUndefined();
  });
  test.each([
    ["none left", 0],
    ["nobody has counted yet", undefined],
  ])("blocks with %s", (_name, left) => {
    expect(blockingBudget(pod, [budget("free", "carts", 2), budget("spent", "carts", left)])?.metadata.name).toBe(
      "spent",
    );
  });
});
