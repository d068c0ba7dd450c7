import { afterEach, expect, test } from "vitest";
import { serviceAccount } from "../../../../src/replay/api/identity.ts";
import type { JsonObject } from "../../../../src/replay/api/json.ts";
import { createObjectTable, type Write } from "../../../../src/replay/api/object-table.ts";
import { type ApiServer, type ApiServerOptions, startApiServer } from "../../../../src/replay/api/server.ts";
import { rbacAuthorizer } from "../../../support/api-server/rbac-authorizer.ts";
import { deployment, pod, shop } from "./samples.ts";

let server: ApiServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(options: Partial<ApiServerOptions> = {}) {
  const writes: Write[] = [];
  const table = createObjectTable({ onWrite: (write) => writes.push(write) });
  for (const object of shop) table.apply({ type: "ADDED", object });
  server = await startApiServer({ table, ...options });
  const url = server.url;
  const send = async (
    method: string,
    path: string,
    body?: JsonObject | JsonObject[],
    type = "application/json",
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { "content-type": type }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as JsonObject & { metadata: JsonObject } };
  };
  return { table, writes, send };
}

const web = "/apis/apps/v1/namespaces/shop/deployments/web";
const merge = "application/merge-patch+json";

test("nothing but a real write reaches the player", async () => {
  const { send, writes } = await start();
  await send("PATCH", `${web}?dryRun=All`, { spec: { replicas: 5 } }, merge);
  await send("PATCH", web, { spec: { replicas: -1 } }, merge);
  await send("PATCH", web, { spec: { replicas: 2 } }, merge);
  await send("DELETE", "/api/v1/namespaces/shop/pods/web-a?dryRun=All");
  await send("POST", "/api/v1/namespaces/shop/configmaps?dryRun=All", { metadata: { name: "x" } });
  await send("POST", "/api/v1/namespaces/shop/pods/web-a/eviction?dryRun=All", { metadata: { name: "web-a" } });
  expect(writes).toEqual([]);
  await send("PATCH", web, { spec: { replicas: 5 } }, merge);
  await send("DELETE", "/api/v1/namespaces/shop/pods/web-a?gracePeriodSeconds=0");
  await send("POST", "/api/v1/namespaces/shop/pods/web-b/eviction", { metadata: { name: "web-b" } });
  expect(writes.map((w) => `${w.verb} ${w.resource.name} ${w.after === undefined ? "gone" : "there"}`)).toEqual([
    "patch deployments there",
    "delete pods gone",
    "evict pods there",
  ]);
});

test("a recorded change keeps generation and status, and takes a new version", async () => {
  const { table, send } = await start();
  const before = (await send("GET", web)).body.metadata;
  table.apply({ type: "MODIFIED", object: { ...deployment, status: { observedGeneration: 3, replicas: 1 } } });
  const after = (await send("GET", web)).body;
  expect(after.metadata["generation"]).toBe(before["generation"]);
  expect(after["status"]).toEqual({ observedGeneration: 3, replicas: 1 });
  expect(Number(after.metadata["resourceVersion"])).toBeGreaterThan(Number(before["resourceVersion"]));
});

test("an admission hook refuses as a policy does: 422 unless it says Forbidden, in dry runs too", async () => {
  const { send } = await start({
    admit: ({ after, subresource }) => {
      if (after?.kind !== "Deployment" || subresource === "scale") return undefined;
      const replicas = (after["spec"] as JsonObject)["replicas"];
      return replicas === 9
        ? { message: "at most eight" }
        : replicas === 10
          ? { message: "not ten", reason: "Forbidden" }
          : undefined;
    },
  });
  const codes = await Promise.all([
    send("PATCH", `${web}?dryRun=All`, { spec: { replicas: 9 } }, merge),
    send("PATCH", web, { spec: { replicas: 10 } }, merge),
    send("PATCH", `${web}/scale`, { spec: { replicas: 9 } }, merge),
  ]);
  expect(codes.map((c) => [c.status, c.body["reason"]])).toEqual([
    [422, "Invalid"],
    [403, "Forbidden"],
    [200, undefined],
  ]);
});

test("roles in the table decide what a ServiceAccount may do", async () => {
  const { table, send } = await start();
  await server?.close();
  server = await startApiServer({
    table,
    authorize: rbacAuthorizer(table),
    authenticate: () => serviceAccount("shop", "bot"),
  });
  const url = server.url;
  const status = async (method: string, path: string): Promise<number> =>
    (
      await fetch(`${url}${path}`, {
        method,
        headers: { "content-type": merge },
        ...(method === "GET" ? {} : { body: '{"metadata":{"labels":{"a":"b"}}}' }),
      })
    ).status;
  expect(send).toBeDefined();
  expect(await status("GET", web)).toBe(403);
  const group = "rbac.authorization.k8s.io";
  table.apply({
    type: "ADDED",
    object: {
      apiVersion: `${group}/v1`,
      kind: "ClusterRole",
      metadata: { name: "reader" },
      rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"] }],
    },
  });
  table.apply({
    type: "ADDED",
    object: {
      apiVersion: `${group}/v1`,
      kind: "RoleBinding",
      metadata: { name: "bot", namespace: "shop" },
      roleRef: { apiGroup: group, kind: "ClusterRole", name: "reader" },
      subjects: [{ kind: "ServiceAccount", name: "bot", namespace: "shop" }],
    },
  });
  expect(await status("GET", web)).toBe(200);
  expect(await status("GET", "/apis/apps/v1/namespaces/other/deployments/web")).toBe(403);
  expect(await status("PATCH", web)).toBe(403);
  expect(await status("GET", "/api/v1/namespaces/shop/pods")).toBe(403);
});

test("two writers with the same version: one wins, the other gets 409", async () => {
  const { send } = await start();
  const read = (await send("GET", web)).body;
  const put = (replicas: number) => send("PUT", web, { ...read, spec: { ...(read["spec"] as JsonObject), replicas } });
  const codes = (await Promise.all([put(3), put(4)])).map((r) => r.status).sort();
  expect(codes).toEqual([200, 409]);
});

test.each([
  { name: "a pod that is on no node goes at once", change: { spec: { containers: [] } }, gone: true },
  { name: "a pod that has ended goes at once", change: { status: { phase: "Failed" } }, gone: true },
  { name: "a running pod stays until the kubelet has stopped it", change: {}, gone: false },
])("$name", async ({ change, gone }) => {
  const { table, send } = await start();
  table.apply({ type: "ADDED", object: { ...pod("one"), ...change } });
  const path = "/api/v1/namespaces/shop/pods/one";
  expect((await send("DELETE", path)).body.metadata["deletionTimestamp"]).toBeDefined();
  expect((await send("GET", path)).status).toBe(gone ? 404 : 200);
});

test("it listens on the loopback address alone", async () => {
  await start();
  expect(new URL(server?.url ?? "").hostname).toBe("127.0.0.1");
});

test("discovery names every served group and resource once", async () => {
  const { send } = await start();
  const groups = (await send("GET", "/apis")).body["groups"] as {
    name: string;
    preferredVersion: { groupVersion: string };
  }[];
  const lists = await Promise.all(
    ["/api/v1", ...groups.map((g) => `/apis/${g.preferredVersion.groupVersion}`)].map(
      async (path) => (await send("GET", path)).body,
    ),
  );
  const names = lists.flatMap((list) =>
    (list["resources"] as { name: string }[]).map((r) => `${String(list["groupVersion"])} ${r.name}`),
  );
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(
    expect.arrayContaining([
      "v1 pods",
      "v1 pods/log",
      "apps/v1 deployments/scale",
      "policy/v1 poddisruptionbudgets",
      "authorization.k8s.io/v1 selfsubjectaccessreviews",
    ]),
  );
});
