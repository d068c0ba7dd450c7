import { expect, test } from "vitest";
import { createAskProbe } from "../../../src/app/chaos/chaos-probes.ts";
import { isInReach } from "../../../src/app/chaos/open-incidents.ts";
import { judgeSamples, probeSchema, replicasOf } from "../../../src/chaos/probe.ts";
import { saveIncident } from "../../../src/store/incidents/incidents.ts";
import { startActorCluster } from "../../support/actor-cluster.ts";
import { incidentRow } from "../../support/incident-row.ts";
import { withDatabase } from "../../support/postgres.ts";
import { chaosClient, quickClock } from "./chaos-world.ts";

test.each([
  { bounds: { below: 1 }, values: [0.5], holds: true, detail: "0.5" },
  { bounds: { below: 1 }, values: [0.5, 2], holds: false, detail: "2, not below 1" },
  { bounds: { above: 1, below: 3 }, values: [2, 2], holds: true, detail: "2 samples" },
  { bounds: { above: 1 }, values: [], holds: false, detail: "no sample" },
  { bounds: { above: 1 }, values: [Number.NaN], holds: false, detail: "NaN, not above 1" },
])("$values within $bounds: $holds", ({ bounds, values, holds, detail }) => {
  expect(judgeSamples(bounds, values)).toEqual({ holds, detail });
});

test("replicas are those of the status, ready or all", async () => {
  await using cluster = await startActorCluster();
  await using database = await withDatabase();
  const ask = createAskProbe(
    { cluster: chaosClient(cluster.url), database, clusterName: "shop", clock: quickClock() },
    { namespaces: ["shop"], nodes: false },
  );
  cluster.edit("Deployment", "carts", (object) => ({ ...object, status: { replicas: 3, readyReplicas: 1 } }));
  const probe = (more: object) => probeSchema.parse({ type: "replicas", name: "r", workload: "carts", ...more });
  expect(await ask(probe({ above: 1 }))).toMatchObject({ holds: false, detail: "1, not above 1" });
  expect(await ask(probe({ above: 2, count: "all" }))).toMatchObject({ holds: true, detail: "3" });
  expect(await ask(probe({ workload: "nobody", above: 0 }))).toMatchObject({ holds: false, blind: true });
});

test.each([
  { kind: "DaemonSet", status: { numberReady: 2, currentNumberScheduled: 3 }, ready: 2, all: 3 },
  { kind: "StatefulSet", status: { readyReplicas: 1, replicas: 2 }, ready: 1, all: 2 },
  // Kubernetes leaves out a zero.
  { kind: "Deployment", status: {}, ready: 0, all: 0 },
])("$kind $status", ({ kind, status, ready, all }) => {
  const object = { apiVersion: "apps/v1", kind, metadata: { name: "a", uid: "b" }, status };
  expect([replicasOf(object, "ready"), replicasOf(object, "all")]).toEqual([ready, all]);
});

test.each([
  { refs: [{ kind: "Deployment", namespace: "shop", name: "carts" }], within: true },
  { refs: [{ kind: "Deployment", namespace: "bank", name: "ledger" }], within: false },
  { refs: [{ kind: "Node", name: "node-1" }], within: false },
  { refs: [{ kind: "Node", name: "node-1" }], nodes: true, within: true },
  { refs: [{ kind: "PersistentVolume", name: "pv-1" }], nodes: true, within: false },
])("in reach of an experiment of the shop, nodes $nodes: $refs $within", ({ refs, nodes = false, within }) => {
  expect(isInReach(refs, { namespaces: ["shop"], nodes })).toBe(within);
});

test("probes ask the Service through the API server, and kubemend's own incidents", async () => {
  const asked: string[] = [];
  await using cluster = await startActorCluster({
    proxy: {
      ask: ({ target, path, query }) => {
        asked.push(`${target.kind} ${path}?${query.toString()}`);
        return { code: path === "/healthz" ? 200 : 500, contentType: "text/plain", text: "x" };
      },
    },
  });
  await using database = await withDatabase();
  const deps = { cluster: chaosClient(cluster.url), database, clusterName: "shop", clock: quickClock() };
  const ask = createAskProbe(deps, { namespaces: ["shop"], nodes: false });
  const http = (more: object) => probeSchema.parse({ type: "http", name: "a", service: "carts", port: 80, ...more });
  expect(await ask(http({ path: "/healthz?deep=1" }))).toMatchObject({
    holds: true,
    detail: expect.stringContaining("HTTP 200"),
  });
  expect(await ask(http({ path: "/shop" }))).toMatchObject({
    holds: false,
    detail: expect.stringContaining("HTTP 500"),
  });
  expect(await ask(http({ path: "/shop", status: 500 }))).toMatchObject({ holds: true });
  for (const path of ["/../../../pods", "/a\\..\\..\\..\\..\\pods", "/.\t./.\t./.\t./pods"])
    expect(await ask(http({ path }))).toMatchObject({
      holds: false,
      detail: expect.stringContaining("not a plain path"),
    });
  expect(await ask(http({ port: "80/../../../pods?a=" }))).toMatchObject({ holds: false });
  expect(await ask(http({ service: "nobody" }))).toMatchObject({ holds: false });
  expect(asked).toEqual(["service /healthz?deep=1", "service /shop?", "service /shop?"]);

  const quiet = probeSchema.parse({ type: "quiet" });
  expect(await ask(quiet)).toMatchObject({ holds: true });
  await saveIncident(
    database,
    incidentRow(3, { target: { kind: "Deployment", namespace: "bank", name: "x" }, affected: [] }),
  );
  expect(await ask(quiet)).toMatchObject({ holds: true });
  await saveIncident(database, incidentRow(5, { target: { kind: "Node", name: "node-1" }, affected: [] }));
  expect(await ask(quiet)).toMatchObject({ holds: true });
  const askWithNodes = createAskProbe(deps, { namespaces: ["shop"], nodes: true });
  expect(await askWithNodes(quiet)).toMatchObject({ holds: false, detail: "incident 5 is open: Node node-1" });
  await saveIncident(database, incidentRow(4));
  expect(await ask(quiet)).toMatchObject({ holds: false, detail: expect.stringContaining("incident 4 is open") });
  expect(await ask(probeSchema.parse({ type: "promql", name: "p", query: "up", above: 0 }))).toMatchObject({
    holds: false,
    detail: expect.stringContaining("prometheus.url"),
  });
});
