import { expect, test } from "vitest";
import { chaosGrants } from "../../../src/adapters/kubernetes-chaos/rbac.ts";
import { makeRun } from "../../../src/app/chaos/chaos-run.ts";
import { failureIn } from "../../../src/chaos/operator-status.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { httpFake } from "../../support/http-fake.ts";
import { withDatabase } from "../../support/postgres.ts";
import { depsFor, experimentOf } from "./chaos-world.ts";

const carts = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "carts", namespace: "shop", uid: "u1" },
  spec: { selector: { matchLabels: { app: "carts" } }, template: { spec: { containers: [{ name: "carts" }] } } },
};
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "carts-1", namespace: "shop", uid: "p1", labels: { app: "carts" } },
  status: { phase: "Running" },
};
const shop = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", uid: "n", labels: { "kubemend.dev/chaos": "allowed" } },
};

/** An API server with one Deployment and the definitions of an operator, which takes its time to let go of what it made. */
async function clusterWith(group: string, plural: string, status: object | undefined) {
  const made = new Map<string, KubeObject>();
  const calls: string[] = [];
  let asked = 0;
  const fake = await httpFake(({ method, path, body, params }) => {
    const custom = `/apis/${group}/v1alpha1/namespaces/shop/${plural}`;
    const name = path.startsWith(`${custom}/`) ? path.slice(custom.length + 1) : "";
    if (path === "/api/v1/namespaces/shop") return { body: shop };
    if (path === "/apis/apps/v1/namespaces/shop/deployments") return { body: { metadata: {}, items: [carts] } };
    if (path === "/api/v1/namespaces/shop/pods") return { body: { metadata: {}, items: [pod] } };
    if (path.startsWith("/apis/apps/v1/namespaces/shop/")) return { body: { metadata: {}, items: [] } };
    if (path === `/apis/${group}/v1alpha1`) return { body: { resources: [{ name: plural }] } };
    if (path === custom && method === "POST") {
      const object = JSON.parse(body) as KubeObject;
      const stored = { ...object, metadata: { ...object.metadata, uid: "c1" } };
      // The query of a POST is not in its body: a dry run is told apart by whether the fake has been asked to keep it.
      if (asked++ > 0) made.set(object.metadata.name, { ...stored, ...(status ? { status } : {}) });
      calls.push(`create ${object.kind}`);
      return { status: 201, body: stored };
    }
    const object = made.get(name);
    if (!object) return { status: 404, body: { kind: "Status", reason: "NotFound", message: params.toString() } };
    if (method === "DELETE") {
      calls.push(`delete ${object.kind}`);
      made.set(name, {
        ...object,
        metadata: { ...object.metadata, deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["operator/records"] },
      });
      return { body: { kind: "Status", status: "Success" } };
    }
    if (method === "PATCH") {
      calls.push(`patch ${body}`);
      return { body: object };
    }
    // Asked again, the operator has taken its fault back.
    if (object.metadata.deletionTimestamp) made.delete(name);
    return { body: object };
  });
  return { fake, calls, made };
}

test.each([
  {
    name: "Litmus",
    group: "litmuschaos.io",
    plural: "chaosengines",
    step: { method: "litmus", fault: "pod-network-corruption", target: { name: "carts" }, packetPercentage: 40 },
    status: {
      engineStatus: "initialized",
      experiments: [{ name: "pod-network-corruption", status: "Running", verdict: "Awaited" }],
    },
    calls: [
      "create ChaosEngine",
      "create ChaosEngine",
      'patch [{"op":"replace","path":"/spec/engineState","value":"stop"}]',
      "delete ChaosEngine",
    ],
  },
  {
    name: "Chaos Mesh",
    group: "chaos-mesh.org",
    plural: "networkchaos",
    step: { method: "chaos-mesh", target: { name: "carts" }, fault: { network: { delay: "2s" } } },
    status: {
      conditions: [
        { type: "Selected", status: "True" },
        { type: "AllInjected", status: "True" },
      ],
    },
    calls: ["create NetworkChaos", "create NetworkChaos", "delete NetworkChaos"],
  },
])("$name: its resource is made after a dry run, watched, and deleted until it is really gone", async ({
  group,
  plural,
  step,
  status,
  calls,
}) => {
  const { fake, calls: seen, made } = await clusterWith(group, plural, status);
  await using server = fake;
  await using database = await withDatabase();
  const outcome = await makeRun(depsFor(server, database), experimentOf(step));
  expect(outcome).toMatchObject({ type: "ran", result: { verdict: "held", clean: true } });
  expect(seen).toEqual(calls);
  expect(made.size).toBe(0);
});

test("an operator that cannot make its fault ends the run", async () => {
  const status = { engineStatus: "completed", experiments: [{ name: "pod-cpu-hog", verdict: "Error" }] };
  const { fake, made } = await clusterWith("litmuschaos.io", "chaosengines", status);
  await using server = fake;
  await using database = await withDatabase();
  const step = { method: "litmus", fault: "pod-cpu-hog", target: { name: "carts" } };
  const outcome = await makeRun(depsFor(server, database), experimentOf(step));
  expect(outcome).toMatchObject({
    type: "ran",
    result: { verdict: "aborted", clean: true, reason: expect.stringContaining("verdict Error") },
  });
  expect(made.size).toBe(0);
});

test.each([
  { kind: "ChaosEngine", status: { experiments: [{ name: "x", verdict: "Pass" }] }, failed: false },
  { kind: "ChaosEngine", status: { experiments: [{ name: "x", verdict: "Stopped" }] }, failed: true },
  // The application did not bear it: the fault was made all the same.
  { kind: "ChaosEngine", status: { experiments: [{ name: "x", verdict: "Fail" }] }, failed: false },
  { kind: "PodChaos", status: { conditions: [{ type: "Selected", status: "False" }] }, failed: true },
  { kind: "PodChaos", status: {}, failed: false },
  {
    kind: "NetworkChaos",
    status: {
      experiment: { containerRecords: [{ phase: "Not Injected", events: [{ operation: "Apply", type: "Failed" }] }] },
    },
    failed: true,
  },
  {
    kind: "NetworkChaos",
    status: {
      experiment: { containerRecords: [{ phase: "Injected", events: [{ operation: "Apply", type: "Succeeded" }] }] },
    },
    failed: false,
  },
  { kind: "Deployment", status: { conditions: [{ type: "Selected", status: "False" }] }, failed: false },
])("$kind $status: failed $failed", ({ kind, status, failed }) => {
  const object = { apiVersion: "x", kind, metadata: { name: "a", uid: "b" }, status };
  expect(failureIn(object) !== undefined).toBe(failed);
});

test("the rights of experiments hold no Secret, no roles and no wildcard", () => {
  const grants = chaosGrants();
  expect(
    grants.filter(({ resource, verb, group }) => [resource, verb, group].some((part) => part.includes("*"))),
  ).toEqual([]);
  expect(grants.filter(({ resource }) => /secret|role|webhook|^events|exec|log/.test(resource))).toEqual([]);
  expect(grants.length).toBeGreaterThan(20);
});
