import { afterEach, describe, expect, test } from "vitest";
import type { JsonObject } from "../../../../src/replay/api/json.ts";
import { createObjectTable } from "../../../../src/replay/api/object-table.ts";
import { type ApiServer, startApiServer } from "../../../../src/replay/api/server.ts";

let server: ApiServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const namespace: JsonObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", uid: "n" } };
const object = (apiVersion: string, kind: string, name: string, rest: JsonObject): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: "shop", uid: `${kind}-${name}`, labels: { app: "web" } },
  ...rest,
});

async function start(...objects: readonly JsonObject[]) {
  const table = createObjectTable();
  for (const one of [namespace, ...objects]) table.apply({ type: "ADDED", object: one });
  server = await startApiServer({ table });
  const { url } = server;
  return async (method: string, path: string, body: JsonObject, type = "application/json") => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { "content-type": type },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { details?: { causes?: { field?: string }[] } };
    return [response.status, ...(answer.details?.causes ?? []).map(({ field }) => field)];
  };
}
const merge = "application/merge-patch+json";

describe("a pod that is not ready is evicted", () => {
  const pod = (ready: string) =>
    object("v1", "Pod", "web-1", {
      spec: { nodeName: "n", containers: [{ name: "app", image: "a:1" }] },
      status: { phase: "Running", conditions: [{ type: "Ready", status: ready }] },
    });
  const budget = (currentHealthy: number, policy: JsonObject = {}) =>
    object("policy/v1", "PodDisruptionBudget", "web", {
      spec: { minAvailable: 2, selector: { matchLabels: { app: "web" } }, ...policy },
      status: { disruptionsAllowed: 0, desiredHealthy: 2, currentHealthy, expectedPods: 3 },
    });
  const always = { unhealthyPodEvictionPolicy: "AlwaysAllow" };
  test.each([
    ["while enough others are healthy", "False", budget(2), 201],
    ["not while too few others are", "False", budget(1), 429],
    ["whatever the others are, where the budget says so", "False", budget(1, always), 201],
    ["unless it is ready after all", "True", budget(2, always), 429],
  ])("%s", async (_name, ready, made, want) => {
    const send = await start(pod(ready), made);
    const [status] = await send("POST", "/api/v1/namespaces/shop/pods/web-1/eviction", { metadata: { name: "web-1" } });
    expect(status).toBe(want);
  });
});

describe("what may not be changed any more", () => {
  const claim = (phase: string) =>
    object("v1", "PersistentVolumeClaim", "data", {
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: "fast", resources: { requests: { storage: "2Gi" } } },
      status: { phase, capacity: { storage: "2Gi" } },
    });
  const storage = (amount: string) => ({ spec: { resources: { requests: { storage: amount } } } });
  const job = (spec: JsonObject, status: JsonObject = {}) =>
    object("batch/v1", "Job", "sweep", {
      spec: {
        ...{ parallelism: 1, completions: 1, completionMode: "NonIndexed", suspend: false },
        template: { spec: { restartPolicy: "Never", containers: [{ name: "app", image: "a:1" }] } },
        selector: { matchLabels: { "batch.kubernetes.io/controller-uid": "Job-sweep" } },
        manualSelector: true,
        ...spec,
      },
      status,
    });
  const elsewhere = { spec: { template: { spec: { nodeSelector: { disk: "fast" } } } } };
  const started = { startTime: "2026-11-20T12:00:00Z" };
  const indexed = { completionMode: "Indexed", parallelism: 2, completions: 2 };
  const of = (kind: string) =>
    kind === "claim"
      ? "/api/v1/namespaces/shop/persistentvolumeclaims/data"
      : "/apis/batch/v1/namespaces/shop/jobs/sweep";
  test.each<[string, JsonObject, string, JsonObject, (number | string)[]]>([
    ["a bound claim may grow", claim("Bound"), "claim", storage("4Gi"), [200]],
    ["and not shrink", claim("Bound"), "claim", storage("1Gi"), [422, "spec.resources.requests.storage"]],
    ["one that is not bound may neither", claim("Pending"), "claim", storage("4Gi"), [422, "spec"]],
    ["nor may its class be another", claim("Bound"), "claim", { spec: { storageClassName: "slow" } }, [422, "spec"]],
    ["the mode of a Job", job({}), "job", { spec: { completionMode: "Indexed" } }, [422, "spec.completionMode"]],
    ["the number of its parts", job({}), "job", { spec: { completions: 2 } }, [422, "spec.completions"]],
    [
      "which an indexed Job may change with its parallelism",
      job(indexed),
      "job",
      { spec: { parallelism: 3, completions: 3 } },
      [200],
    ],
    ["and not alone", job(indexed), "job", { spec: { completions: 3 } }, [422, "spec.completions"]],
    ["where the pods of a Job may go", job({}), "job", elsewhere, [422, "spec.template"]],
    ["which is open while it is suspended and has not started", job({ suspend: true }), "job", elsewhere, [200]],
    ["but not once it has", job({ suspend: true }, started), "job", elsewhere, [422, "spec.template"]],
  ])("%s", async (_name, made, kind, change, want) => {
    const send = await start(made);
    expect(await send("PATCH", of(kind), change, merge)).toEqual(want);
  });
});

test("a Service has a number once for each protocol", async () => {
  const send = await start();
  const made = (protocol: string) =>
    object("v1", "Service", "dns", {
      spec: {
        ports: [
          { name: "a", port: 53 },
          { name: "b", port: 53, protocol },
        ],
      },
    });
  const path = "/api/v1/namespaces/shop/services";
  expect(await send("POST", path, made("TCP"))).toEqual([422, "spec.ports[1]"]);
  expect(await send("POST", path, made("UDP"))).toEqual([201]);
});
