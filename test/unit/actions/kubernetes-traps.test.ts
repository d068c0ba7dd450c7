import { describe, expect, test } from "vitest";
import { strategicPatch } from "../../../src/actions/change/strategic-patch.ts";
import { budgetText } from "../../../src/actions/disruption-budget.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { actionParams, probeSchema } from "../../../src/incident/fix/action-params.ts";
import { startActorCluster } from "../../support/actor-cluster.ts";
import { planFor, recommend } from "../../support/plan-fixture.ts";

const carts = ["Deployment", "carts"] as const;

describe("sidecars", () => {
  test("are asked for their CPU as well before an autoscaler goes by it", async () => {
    await using cluster = await startActorCluster();
    const scaled = recommend("create-hpa", carts, { minReplicas: 1, maxReplicas: 3, cpuPercent: 70 });
    const withSidecar = (restartPolicy: object) =>
      cluster.edit("Deployment", "carts", (object) => {
        const spec = structuredClone(object.spec) as {
          template: { spec: { containers: object[]; initContainers?: object[] } };
        };
        for (const one of spec.template.spec.containers)
          Object.assign(one, { resources: { requests: { cpu: "100m" } } });
        spec.template.spec.initContainers = [{ name: "mesh", image: "mesh:1", ...restartPolicy }];
        return { ...object, spec };
      });
    withSidecar({ restartPolicy: "Always" });
    await expect(planFor(scaled, cluster.actor)).rejects.toThrow(/Container mesh of carts has no CPU request/);
    withSidecar({});
    expect((await planFor(scaled, cluster.actor)).steps).toHaveLength(1);
  });

  test("and other init containers are not named among the containers of a command, which would add one", async () => {
    await using cluster = await startActorCluster();
    cluster.edit("Deployment", "carts", (object) => {
      const spec = structuredClone(object.spec) as { template: { spec: { initContainers?: object[] } } };
      spec.template.spec.initContainers = [{ name: "migrate", image: "migrate:1" }];
      return { ...object, spec };
    });
    const { kubectl } = await planFor(
      recommend("patch-resources", carts, { container: "migrate", limits: { memory: "64Mi" } }),
      cluster.actor,
    );
    expect(kubectl).toContain("/spec/template/spec/initContainers/0/resources");
    expect(kubectl).not.toContain('"containers"');
  });
});

test("a drain says which pods lose what they keep on the node", async () => {
  await using cluster = await startActorCluster();
  const drain = recommend("drain", ["Node", "node-1"]);
  expect((await planFor(drain, cluster.actor)).blastRadius.note).not.toContain("emptyDir");
  cluster.edit("Pod", "carts-2-abcde", (object) => ({
    ...object,
    spec: {
      ...(object.spec as object),
      volumes: [
        { name: "cache", emptyDir: {} },
        { name: "tmp", emptyDir: { medium: "Memory" } },
      ],
    },
  }));
  expect((await planFor(drain, cluster.actor)).blastRadius.note).toContain(
    "1 of them has emptyDir volumes, which are lost.",
  );
});

test("what replaces its pods only when they are deleted is not restarted to read a value, and that is said", async () => {
  await using cluster = await startActorCluster();
  cluster.edit("StatefulSet", "db", (object) => ({
    ...object,
    spec: { ...(object.spec as object), updateStrategy: { type: "OnDelete" } },
  }));
  const params = { key: "upstream", value: "http://other", restart: ["carts", "statefulset/db"] };
  const plan = await planFor(recommend("patch-config", ["ConfigMap", "carts-config"], params), cluster.actor);
  expect(plan.steps.map(({ target }) => target.kind)).toEqual(["ConfigMap", "Deployment"]);
  expect(plan.blastRadius.note).toContain(
    "carts restarts to read it. statefulset/db does not restart (update strategy OnDelete): delete its pods for that.",
  );
});

test("the copy of an indexed Job has room in its name for the number of its last pod", async () => {
  await using cluster = await startActorCluster();
  const name = `reindex-${"x".repeat(50)}-.y`;
  const finished = { conditions: [{ type: "Failed", status: "True" }] };
  await cluster.create({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: name.replace("-.", "."), namespace: "shop" },
    spec: {
      completions: 1_000,
      completionMode: "Indexed",
      template: {
        spec: { restartPolicy: "Never", containers: [{ name: "app", image: "registry.local/shop/reindex:1" }] },
      },
    },
    status: finished,
  });
  const plan = await planFor(recommend("rerun-job", ["Job", name.replace("-.", ".")]), cluster.actor);
  const made = plan.steps[0]?.target.name ?? "";
  expect(`${made}-999`.length).toBeLessThanOrEqual(63);
  expect(made).toMatch(/x-rerun-[a-z0-9]+$/);
});

test("of two ports of one number, that of the named protocol is changed", async () => {
  await using cluster = await startActorCluster();
  const at = (protocol: string, targetPort: number) => ({
    name: protocol.toLowerCase(),
    port: 80,
    protocol,
    targetPort,
  });
  cluster.edit("Service", "carts", (object) => ({
    ...object,
    spec: { ...(object.spec as object), ports: [at("TCP", 8_080), at("UDP", 9_999)] },
  }));
  const plan = await planFor(
    recommend("patch-service-port", ["Service", "carts"], { port: 80, protocol: "UDP", targetPort: 5_353 }),
    cluster.actor,
  );
  expect(JSON.stringify(plan.steps)).toContain('{"op":"replace","path":"/spec/ports/1/targetPort","value":5353}');
  expect(JSON.stringify(plan.steps)).not.toContain("/spec/ports/0/targetPort");
  expect(plan.kubectl).toContain("/spec/ports/1/targetPort");
});

test("a file to commit takes out a constraint by its merge key", () => {
  const zone = { topologyKey: "topology.kubernetes.io/zone", maxSkew: 1 };
  const host = { topologyKey: "kubernetes.io/hostname", maxSkew: 1 };
  expect(
    strategicPatch(
      { topologySpreadConstraints: [zone, host] },
      { topologySpreadConstraints: [{ ...host, maxSkew: 2 }] },
    ),
  ).toEqual({
    topologySpreadConstraints: [
      { topologyKey: "kubernetes.io/hostname", maxSkew: 2 },
      { topologyKey: "topology.kubernetes.io/zone", $patch: "delete" },
    ],
  });
});

test.each([
  ["headers", { httpGet: { path: "/", port: 80, httpHeaders: [{ name: "Host", value: "shop.example" }] } }],
  ["a grace period of its own", { tcpSocket: { port: 80 }, terminationGracePeriodSeconds: 5 }],
])("a probe with %s can be put back to what it was", (_name, probe) => {
  expect(probeSchema.parse(probe)).toEqual(probe);
});

test.each(["5e3", "100u", "1Pi", "0.5", "250m"])("%s is an amount as the API writes it", (cpu) => {
  expect(actionParams["patch-resources"].safeParse({ container: "app", limits: { cpu } }).success).toBe(true);
});
test.each(["1 Gi", "1gb", "-1", "1e3Ki", "e3"])("%s is none", (cpu) => {
  expect(actionParams["patch-resources"].safeParse({ container: "app", limits: { cpu } }).success).toBe(false);
});

test("a budget that its controller cannot work out is no matter of more pods", () => {
  const budget = {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "bare", namespace: "shop", uid: "b" },
    spec: { maxUnavailable: "50%" },
    status: {
      ...{ disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
      conditions: [
        { type: "DisruptionAllowed", status: "False", reason: "SyncFailed", message: "found no controllers" },
      ],
    },
  } as KubeObject;
  expect(budgetText(budget, undefined)).toMatch(/pods without a controller.*give minAvailable a number\.$/);
});
