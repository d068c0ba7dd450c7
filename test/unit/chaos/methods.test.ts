import { describe, expect, test } from "vitest";
import type { Change } from "../../../src/chaos/change.ts";
import { fieldAt, opsToSet, sameValue, setField } from "../../../src/chaos/fields.ts";
import { planStep } from "../../../src/chaos/methods/catalogue.ts";
import { stepSchema } from "../../../src/chaos/methods/steps.ts";
import { ownsField } from "../../../src/chaos/owns-field.ts";
import { type Scope, shareOf } from "../../../src/chaos/scope.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { applyOps } from "./apply-ops.ts";
import { shopScope } from "./chaos-world.ts";

const meta = (name: string, more: object = {}) => ({ name, namespace: "shop", uid: `uid-${name}`, ...more });
const container = {
  name: "carts",
  image: "registry.local:5000/shop/carts:1.4@sha256:abc",
  env: [
    { name: "A", value: "1" },
    { name: "B", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
  ],
  ports: [{ name: "http", containerPort: 8080 }],
  resources: { requests: { memory: "96Mi" }, limits: { memory: "192Mi" } },
  readinessProbe: { httpGet: { path: "/readyz", port: "http" }, periodSeconds: 5 },
};
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: meta("carts", { labels: { app: "carts" } }),
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: "carts" } },
    template: { metadata: { labels: { app: "carts" } }, spec: { containers: [{ name: "first" }, container] } },
  },
} satisfies KubeObject;
const pod = (name: string, node = "node-1", owner = "ReplicaSet") => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: meta(name, {
    labels: { app: "carts" },
    ownerReferences: [{ kind: owner, name: "x", uid: "y", controller: true }],
  }),
  spec: { nodeName: node, containers: [{ name: "carts" }] },
  status: { phase: "Running" },
});
const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: meta("carts"),
  spec: { selector: { app: "carts" }, ports: [{ name: "http", port: 80, targetPort: "http" }, { port: 5432 }] },
};
const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: meta("settings"), data: { markup: "1" } };
const quota = { apiVersion: "v1", kind: "ResourceQuota", metadata: meta("pods"), spec: { hard: { pods: "20" } } };
const node = (name: string, more: object = {}) => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, uid: name },
  spec: {},
  status: { conditions: [{ type: "Ready", status: "True" }], allocatable: { cpu: "3920m" } },
  ...more,
});
const snapshot: readonly KubeObject[] = [
  deployment,
  pod("carts-1"),
  pod("carts-2", "node-2"),
  pod("agent-1", "node-1", "DaemonSet"),
  service,
  configMap,
  quota,
  node("node-1"),
];
const target = { kind: "Deployment", name: "carts" };

const plan = (step: object, within: Partial<Scope> = {}) =>
  planStep(stepSchema.parse(step), { ...shopScope, ...within }, snapshot);
const changesOf = (step: object, within: Partial<Scope> = {}): readonly Change[] => {
  const made = plan(step, within);
  if (!made.ok) throw new Error(made.problem);
  return made.changes;
};

const settingSteps: readonly {
  readonly step: object;
  readonly reads: (object: KubeObject) => unknown;
  readonly becomes: unknown;
}[] = [
  { step: { method: "scale-to-zero", target }, reads: (o) => fieldAt(o, ["spec", "replicas"]), becomes: 0 },
  {
    step: { method: "starve-memory", target, container: "carts", limit: "16Mi" },
    reads: (o) => fieldAt(o, ["spec", "template", "spec", "containers", { name: "carts" }, "resources"]),
    becomes: { requests: { memory: "16Mi" }, limits: { memory: "16Mi" } },
  },
  {
    step: { method: "starve-cpu", target, container: "carts", limit: "5m" },
    reads: (o) => fieldAt(o, ["spec", "template", "spec", "containers", { name: "carts" }, "resources", "limits"]),
    becomes: { memory: "192Mi", cpu: "5m" },
  },
  {
    step: { method: "starve-cpu", target, container: "first", limit: "5m" },
    reads: (o) => fieldAt(o, ["spec", "template", "spec", "containers", { name: "first" }]),
    becomes: { name: "first", resources: { limits: { cpu: "5m" } } },
  },
  {
    step: { method: "bad-image", target, container: "carts" },
    reads: (o) => fieldAt(o, ["spec", "template", "spec", "containers", { name: "carts" }, "image"]),
    becomes: "registry.local:5000/shop/carts:no-such-release",
  },
  {
    step: { method: "bad-env", target, container: "carts", variable: "B", value: "wrong" },
    reads: (o) => fieldAt(o, ["spec", "template", "spec", "containers", { name: "carts" }, "env", { name: "B" }]),
    becomes: { name: "B", value: "wrong" },
  },
  {
    step: { method: "bad-env", target, container: "carts", variable: "A" },
    reads: (o) => fieldAt(o, ["spec", "template", "spec", "containers", { name: "carts" }, "env"]),
    becomes: [container.env[1]],
  },
  {
    step: { method: "bad-env", target, container: "first", variable: "NEW", value: "x" },
    reads: (o) => fieldAt(o, ["spec", "template", "spec", "containers", { name: "first" }]),
    becomes: { name: "first", env: [{ name: "NEW", value: "x" }] },
  },
  {
    step: { method: "failing-probe", target, container: "carts", probe: "readiness" },
    reads: (o) => fieldAt(o, ["spec", "template", "spec", "containers", { name: "carts" }, "readinessProbe"]),
    becomes: { httpGet: { path: "/readyz", port: 9 }, periodSeconds: 5 },
  },
  {
    step: { method: "failing-probe", target, container: "carts", probe: "liveness" },
    reads: (o) => fieldAt(o, ["spec", "template", "spec", "containers", { name: "carts" }, "livenessProbe"]),
    becomes: { periodSeconds: 5, failureThreshold: 2, tcpSocket: { port: 9 } },
  },
  {
    step: { method: "wrong-selector", service: { name: "carts" } },
    reads: (o) => fieldAt(o, ["spec", "selector"]),
    becomes: { app: "carts-elsewhere" },
  },
  {
    step: { method: "bad-config", configMap: { name: "settings" }, key: "markup", value: "x" },
    reads: (o) => fieldAt(o, ["data"]),
    becomes: { markup: "x" },
  },
  {
    step: { method: "squeeze-quota", quota: "pods", hard: { pods: "1" } },
    reads: (o) => fieldAt(o, ["spec", "hard"]),
    becomes: { pods: "1" },
  },
  {
    step: { method: "drain-node", node: "node-1" },
    reads: (o) => fieldAt(o, ["spec"]),
    becomes: { unschedulable: true },
  },
];

describe("a method that sets fields", () => {
  test.each(settingSteps)("$step.method makes exactly its change, and putting back leaves no trace ($becomes)", ({
    step,
    reads,
    becomes,
  }) => {
    const [change] = changesOf(step);
    if (change?.type !== "set") throw new Error("not a set");
    const object = snapshot.find(
      ({ kind, metadata }) => kind === change.target.kind && metadata.name === change.target.name,
    );
    const changed = change.fields.reduce<unknown>((o, field) => applyOps(o, opsToSet(o, field, field.after)), object);
    expect(reads(changed as KubeObject)).toEqual(becomes);
    const back = change.fields
      .toReversed()
      .reduce<unknown>((o, field) => applyOps(o, opsToSet(o, field, field.before)), changed);
    // Lists keep their names and values; an item that was taken away comes back at the end.
    expect(sameValue(back, object)).toBe(true);
  });
});

describe("methods that take pods away or make objects", () => {
  test("delete-pods takes the share of the blast radius, never more, at least one", () => {
    expect(changesOf({ method: "delete-pods", target })).toHaveLength(2 + 1);
    const half = changesOf({ method: "delete-pods", target }, { percentage: 40 });
    expect(half).toHaveLength(1);
    expect(half[0]).toMatchObject({ type: "remove-pod", how: "delete", uid: expect.stringMatching(/^uid-/) });
  });

  test("a drained node loses the pods of the namespaces in reach, those of DaemonSets stay", () => {
    const names = changesOf({ method: "drain-node", nodeOf: target, how: "delete" }).map(
      ({ target: { name } }) => name,
    );
    expect(names).toEqual(["node-1", "carts-1"]);
  });

  test("a slow dependency: the way to the pods, a proxy for every port, then the switch", () => {
    const changes = changesOf({ method: "slow-dependency", service: { name: "carts" }, delay: "2s" });
    expect(changes.map(({ type, target: { kind } }) => `${type} ${kind}`)).toEqual([
      "create Service",
      "create ConfigMap",
      "create Pod",
      "set Service",
    ]);
    const [way, , proxy, switched] = changes;
    if (way?.type !== "create" || proxy?.type !== "create" || switched?.type !== "set") throw new Error("shape");
    expect(way.object).toMatchObject({ spec: { selector: { app: "carts" } } });
    const labels = fieldAt(proxy.object, ["metadata", "labels"]) as Record<string, string>;
    const after = switched.fields[0]?.after as Record<string, string>;
    expect(Object.entries(after).every(([key, value]) => labels[key] === value)).toBe(true);
    const ports = fieldAt(proxy.object, ["spec", "containers", { name: "proxy" }, "ports"]);
    expect(ports).toEqual([{ name: "http", containerPort: 18_080 }, { containerPort: 5_432 }]);
    expect(labels["app"]).toBeUndefined();
    expect(proxy.awaitReady).toBe(true);
  });

  test("a slow dependency: the mark of a long name is one that a label may have", () => {
    const name = `${"a".repeat(60)}-bc`;
    const step = stepSchema.parse({ method: "slow-dependency", service: { name }, delay: "2s" });
    const made = planStep(step, shopScope, [{ ...service, metadata: meta(name) }]);
    const switched = made.ok ? made.changes.find(({ type }) => type === "set") : undefined;
    const marks = switched?.type === "set" ? (switched.fields[0]?.after as Record<string, string>) : {};
    // https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
    expect(Object.values(marks)).toEqual([expect.stringMatching(/^7-a{60}$/)]);
  });

  test("a slow dependency: a caller that keeps its connections is restarted when the way leads through the proxy", () => {
    const step = { method: "slow-dependency", service: { name: "carts" }, delay: "2s", restart: target };
    const changes = changesOf(step);
    expect(changes.slice(-2).map(({ target: { kind }, what }) => `${kind}: ${what}`)).toEqual([
      "Service: lead it to the proxy, 2000 ms late",
      "Deployment: restart its pods",
    ]);
    expect(plan({ ...step, restart: { name: "nobody" } })).toMatchObject({
      ok: false,
      problem: expect.stringContaining("there is no Deployment nobody"),
    });
  });

  test("burn-cpu: one pod a node, as busy as the node is large, and no more nodes than allowed", () => {
    const pods = changesOf({ method: "burn-cpu" }).filter(({ target: { kind } }) => kind === "Pod");
    expect(pods).toHaveLength(1);
    expect(JSON.stringify(pods[0])).toContain('"value":"4"');
    expect(plan({ method: "burn-cpu" }, { maxNodes: 0 })).toMatchObject({
      ok: false,
      problem: expect.stringContaining("maxNodes"),
    });
  });

  test("Litmus and Chaos Mesh get resources with the fields of their definitions", () => {
    const [engine] = changesOf({ method: "litmus", fault: "pod-network-corruption", target, packetPercentage: 40 });
    expect(engine).toMatchObject({
      object: {
        apiVersion: "litmuschaos.io/v1alpha1",
        kind: "ChaosEngine",
        spec: { engineState: "active", appinfo: { appns: "shop", applabel: "app=carts", appkind: "deployment" } },
      },
    });
    expect(JSON.stringify(engine)).toContain('{"name":"NETWORK_PACKET_CORRUPTION_PERCENTAGE","value":"40"}');
    expect(JSON.stringify(engine)).toContain('{"name":"TOTAL_CHAOS_DURATION","value":"60"}');
    const [network] = changesOf({ method: "chaos-mesh", target, fault: { network: { corruptPercentage: 40 } } });
    expect(network).toMatchObject({
      object: {
        apiVersion: "chaos-mesh.org/v1alpha1",
        kind: "NetworkChaos",
        spec: {
          action: "corrupt",
          corrupt: { corrupt: "40" },
          mode: "all",
          selector: { namespaces: ["shop"], labelSelectors: { app: "carts" } },
          duration: "60s",
        },
      },
    });
    const [stress] = changesOf({ method: "chaos-mesh", target, fault: { memory: { size: "256Mi" } } });
    expect(stress).toMatchObject({
      object: { kind: "StressChaos", spec: { stressors: { memory: { workers: 1, size: "256MiB" } } } },
    });
  });

  test("Litmus and Chaos Mesh get no more pods than the share, and of few pods one", () => {
    const half = { percentage: 40 };
    const [engine] = changesOf({ method: "litmus", fault: "pod-network-loss", target }, half);
    expect(JSON.stringify(engine)).toMatch(/"name":"TARGET_PODS","value":"(carts|agent)-\d"/);
    const [stress] = changesOf({ method: "chaos-mesh", target, fault: { cpu: { workers: 1 } } }, half);
    expect(stress).toMatchObject({
      object: { spec: { mode: "fixed", value: "1" } },
      what: expect.stringContaining("1 of 3 pods"),
    });
  });

  test("of a workload that selects by several labels Litmus gets the pods by name, never one label of theirs alone", () => {
    const labels = { app: "carts", tier: "back" };
    const twice = snapshot.map((object) =>
      object === deployment
        ? { ...deployment, spec: { ...deployment.spec, selector: { matchLabels: labels } } }
        : object,
    );
    const tiered = twice.map((object) =>
      object.metadata.name === "carts-1" ? { ...object, metadata: { ...object.metadata, labels } } : object,
    );
    const step = (fault: string) => stepSchema.parse({ method: "litmus", fault, target });
    const planned = planStep(step("pod-cpu-hog"), shopScope, tiered);
    expect(JSON.stringify(planned)).toContain('{"name":"TARGET_PODS","value":"carts-1"}');
    expect(planStep(step("pod-delete"), shopScope, tiered)).toMatchObject({
      ok: false,
      problem: expect.stringContaining("use the method delete-pods"),
    });
  });
});

test.each([
  {
    name: "another namespace",
    step: { method: "scale-to-zero", target: { ...target, namespace: "bank" } },
    says: "outside the blast radius",
  },
  {
    name: "no such object",
    step: { method: "scale-to-zero", target: { kind: "Deployment", name: "nobody" } },
    says: "there is no Deployment nobody",
  },
  { name: "several containers", step: { method: "bad-image", target }, says: "name one by container" },
  {
    name: "a limit that starves nothing",
    step: { method: "starve-memory", target, container: "carts", limit: "1Gi" },
    says: "starves nothing",
  },
  {
    name: "a key that is not there",
    step: { method: "bad-config", configMap: { name: "settings" }, key: "x", value: "y" },
    says: "but markup",
  },
  {
    name: "no labels and no name",
    step: { method: "scale-to-zero", target: { kind: "Deployment" } },
    says: "needs labels",
  },
])("refused in words: $name", ({ step, says }) => {
  expect(plan(step)).toMatchObject({ ok: false, problem: expect.stringContaining(says) });
});

test("which objects a percentage takes depends on nothing but the experiment's name", () => {
  const pods = ["a", "b", "c", "d", "e"].map((name) => pod(name));
  const names = (items: readonly KubeObject[]) => items.map(({ metadata }) => metadata.name);
  expect(names(shareOf(pods, 40, "try"))).toEqual(names(shareOf(pods.toReversed(), 40, "try")));
  expect(shareOf(pods, 1, "try")).toHaveLength(1);
  expect(shareOf(pods, 59, "try")).toHaveLength(2);
});

test.each([
  { manager: "kubemend", path: ["spec", "replicas"], owns: true },
  { manager: "kubemend", path: ["spec", "template"], owns: false },
  { manager: "kubectl", path: ["spec", "template"], owns: true },
  { manager: "kubectl", path: ["spec", "template", { name: "a" }, "image"], owns: true },
  { manager: "kubectl", path: ["spec", "template", { name: "b" }, "image"], owns: false },
  { manager: "scheduler", path: ["spec", "replicas"], owns: false },
])("$manager owns $path: $owns", ({ manager, path, owns }) => {
  const managedFields = [
    { manager: "kubemend", fieldsV1: { "f:spec": { "f:replicas": {} } } },
    { manager: "kubectl", fieldsV1: { "f:spec": { "f:template": { 'k:{"name":"a"}': { ".": {}, "f:image": {} } } } } },
    { manager: "scheduler", subresource: "status", fieldsV1: { "f:spec": { "f:replicas": {} } } },
  ];
  const object = { ...deployment, metadata: { ...deployment.metadata, managedFields } };
  expect(ownsField(object, path, manager)).toBe(owns);
});

test("fields are found by the names of list items, whatever stands before them now", () => {
  const change = setField(deployment, ["spec", "template", "spec", "containers", { name: "carts" }, "image"], "x");
  const moved = structuredClone(deployment) as { spec: { template: { spec: { containers: object[] } } } };
  moved.spec.template.spec.containers.reverse();
  expect(opsToSet(moved, change, "x")?.[0]?.path).toBe("/spec/template/spec/containers/0/image");
});
