import {
  ApiException,
  AppsV1Api,
  AuthorizationV1Api,
  CoreV1Api,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  PolicyV1Api,
  setHeaderOptions,
  type V1Pod,
  VersionApi,
  Watch,
} from "@kubernetes/client-node";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createObjectTable, type ObjectTable, type Write } from "../../../../src/replay/api/object-table.ts";
import { type ApiServer, startApiServer } from "../../../../src/replay/api/server.ts";
import { pod, shop } from "./samples.ts";

let table: ObjectTable;
let server: ApiServer;
let config: KubeConfig;
let writes: Write[];

beforeEach(async () => {
  writes = [];
  table = createObjectTable({ onWrite: (write) => writes.push(write) });
  for (const object of shop) table.apply({ type: "ADDED", object });
  server = await startApiServer({
    table,
    logs: {
      lines: (run) => [
        { at: "2026-11-20T22:31:00.000000001Z", line: `listening as ${run.pod}` },
        { at: "2026-11-20T22:31:01.5Z", line: "GET / 200" },
      ],
      follow: () => () => undefined,
    },
  });
  config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: "replay", server: server.url, skipTLSVerify: true }],
    users: [{ name: "bot", token: "secret" }],
    contexts: [{ name: "replay", cluster: "replay", user: "bot" }],
    currentContext: "replay",
  });
});

afterEach(() => server.close());

const strategic = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);
const memory = (quantity: string) => ({
  spec: { template: { spec: { containers: [{ name: "web", resources: { limits: { memory: quantity } } }] } } },
});

test("the client lists and reads with selectors", async () => {
  const core = config.makeApiClient(CoreV1Api);
  const pods = await core.listNamespacedPod({
    namespace: "shop",
    labelSelector: "app=web",
    fieldSelector: "status.phase=Running",
  });
  expect(pods.items.map((p) => p.metadata?.name)).toEqual(["web-a", "web-b"]);
  expect((await core.readNamespacedPod({ namespace: "shop", name: "web-a" })).status?.podIP).toBe("10.244.0.7");
  expect((await config.makeApiClient(VersionApi).getCode()).gitVersion).toBe("v1.36.2");
});

test("the client pages through a list that changes meanwhile and sees one moment", async () => {
  const core = config.makeApiClient(CoreV1Api);
  const first = await core.listNamespacedPod({ namespace: "shop", limit: 1 });
  table.apply({ type: "ADDED", object: pod("web-0") });
  table.apply({ type: "DELETED", object: pod("web-b") });
  const second = await core.listNamespacedPod({
    namespace: "shop",
    limit: 5,
    ...(first.metadata?._continue === undefined ? {} : { _continue: first.metadata._continue }),
  });
  expect([...first.items, ...second.items].map((p) => p.metadata?.name)).toEqual(["web-a", "web-b"]);
  expect(second.metadata?.resourceVersion).toBe(first.metadata?.resourceVersion);
});

test("a dry run of a strategic merge patch shows the result and stores nothing", async () => {
  const apps = config.makeApiClient(AppsV1Api);
  const dry = await apps.patchNamespacedDeployment(
    { namespace: "shop", name: "web", body: memory("256Mi"), dryRun: "All", fieldManager: "kubemend" },
    strategic,
  );
  expect(dry.spec?.template.spec?.containers[0]?.resources?.limits).toEqual({ cpu: "200m", memory: "256Mi" });
  expect(dry.metadata?.generation).toBe(4);
  const stored = await apps.readNamespacedDeployment({ namespace: "shop", name: "web" });
  expect(stored.spec?.template.spec?.containers[0]?.resources?.limits?.["memory"]).toBe("128Mi");
  expect(stored.metadata?.resourceVersion).toBe(dry.metadata?.resourceVersion);
  expect(writes).toEqual([]);
});

test("a patch raises the generation, leaves the old status and is told to the player", async () => {
  const apps = config.makeApiClient(AppsV1Api);
  const patched = await apps.patchNamespacedDeployment(
    { namespace: "shop", name: "web", body: memory("256Mi") },
    strategic,
  );
  expect(patched.metadata?.generation).toBe(4);
  expect(patched.status).toMatchObject({ observedGeneration: 3, readyReplicas: 2 });
  expect(
    writes.map((w) => [w.verb, w.resource.name, w.before?.metadata.generation, w.after?.metadata.generation]),
  ).toEqual([["patch", "deployments", 3, 4]]);
});

test("a refused patch is an ApiException with the Status of the API", async () => {
  const apps = config.makeApiClient(AppsV1Api);
  const refused = await apps
    .patchNamespacedDeployment({ namespace: "shop", name: "web", body: memory("1Mi") }, strategic)
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ApiException);
  const { code, body } = refused as ApiException<string>;
  expect(code).toBe(422);
  expect(JSON.parse(body)).toMatchObject({
    reason: "Invalid",
    details: { causes: [{ field: "spec.template.spec.containers[0].resources.requests" }] },
  });
});

test("scale is read, replaced and patched through its sub-resource", async () => {
  const apps = config.makeApiClient(AppsV1Api);
  const scale = await apps.readNamespacedDeploymentScale({ namespace: "shop", name: "web" });
  expect(scale).toMatchObject({ spec: { replicas: 2 }, status: { selector: "app=web" } });
  await apps.replaceNamespacedDeploymentScale({
    namespace: "shop",
    name: "web",
    body: { ...scale, spec: { replicas: 4 } },
  });
  const stale = await apps
    .replaceNamespacedDeploymentScale({ namespace: "shop", name: "web", body: { ...scale, spec: { replicas: 9 } } })
    .catch((error: unknown) => error);
  expect((stale as ApiException<string>).code).toBe(409);
  expect((await apps.readNamespacedDeployment({ namespace: "shop", name: "web" })).spec?.replicas).toBe(4);
  expect(writes.map((w) => w.subresource)).toEqual(["scale"]);
});

test("logs come as text", async () => {
  const core = config.makeApiClient(CoreV1Api);
  const log = await core.readNamespacedPodLog({ namespace: "shop", name: "web-a", tailLines: 1, timestamps: true });
  expect(log).toBe("2026-11-20T22:31:01.5Z GET / 200\n");
});

test("an eviction uses up the budget, and the next one is refused", async () => {
  const core = config.makeApiClient(CoreV1Api);
  const evict = (name: string) =>
    core.createNamespacedPodEviction({ namespace: "shop", name, body: { metadata: { name, namespace: "shop" } } });
  await evict("web-a");
  const refused = await evict("web-b").catch((error: unknown) => error);
  expect((refused as ApiException<string>).code).toBe(429);
  expect(
    (await core.readNamespacedPod({ namespace: "shop", name: "web-a" })).metadata?.deletionTimestamp,
  ).toBeInstanceOf(Date);
  const budget = await config
    .makeApiClient(PolicyV1Api)
    .readNamespacedPodDisruptionBudget({ namespace: "shop", name: "web" });
  expect(budget.status?.disruptionsAllowed).toBe(0);
});

test("an informer follows what is applied to the table", async () => {
  const core = config.makeApiClient(CoreV1Api);
  const informer = makeInformer<V1Pod>(config, "/api/v1/namespaces/shop/pods", () =>
    core.listNamespacedPod({ namespace: "shop" }),
  );
  const told: string[] = [];
  for (const verb of ["add", "update", "delete"] as const)
    informer.on(verb, (p) => told.push(`${verb} ${p.metadata?.name} ${p.status?.phase}`));
  await informer.start();
  expect(told).toEqual(["add web-a Running", "add web-b Running"]);
  table.apply({ type: "ADDED", object: pod("web-c", "Pending") });
  table.apply({ type: "MODIFIED", object: pod("web-c") });
  table.apply({ type: "DELETED", object: pod("web-a") });
  await vi.waitFor(
    () => expect(told.slice(2)).toEqual(["add web-c Pending", "update web-c Running", "delete web-a Running"]),
    { timeout: 10_000 },
  );
  await informer.stop();
});

test("closing the server ends an open watch at once", async () => {
  const ended = Promise.withResolvers<unknown>();
  const seen: string[] = [];
  await new Watch(config).watch("/api/v1/namespaces/shop/pods", {}, (type) => seen.push(type), ended.resolve);
  await vi.waitFor(() => expect(seen).toEqual(["ADDED", "ADDED"]), { timeout: 10_000 });
  await server.close();
  await ended.promise;
});

test("an access review is answered by the authoriser that judges requests", async () => {
  await server.close();
  server = await startApiServer({
    table,
    authorize: (_who, { verb, resource }) => ({ allowed: verb !== "delete" || resource !== "pods" }),
  });
  config.clusters = [{ name: "replay", server: server.url, skipTLSVerify: true }];
  const review = (verb: string) =>
    config.makeApiClient(AuthorizationV1Api).createSelfSubjectAccessReview({
      body: { spec: { resourceAttributes: { verb, resource: "pods", namespace: "shop" } } },
    });
  expect((await review("get")).status?.allowed).toBe(true);
  expect((await review("delete")).status?.allowed).toBe(false);
  const refused = await config
    .makeApiClient(CoreV1Api)
    .deleteNamespacedPod({ namespace: "shop", name: "web-a" })
    .catch((error: unknown) => error);
  expect((refused as ApiException<string>).code).toBe(403);
});
