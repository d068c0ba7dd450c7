import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { analyzeRecording } from "../../../src/app/diagnosis/analyze-recording.ts";
import type { KubeObject } from "../../../src/cluster/kubernetes-types.ts";
import { looksLikeDatabase } from "../../../src/cluster/looks-like-database.ts";
import { createObservation } from "../../../src/cluster/observation.ts";
import { topologyRisks } from "../../../src/detection/hygiene/topology-risk.ts";
import { loadRecording } from "../../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../../src/replay/recording/recorded-signals.ts";
import { deployment, pod, service } from "../../support/small-shop.ts";

const at = Date.parse("2026-11-20T12:00:00Z");

const node = (name: string, more: { spec?: object; ready?: string } = {}): object => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, uid: name },
  spec: more.spec ?? {},
  status: { conditions: [{ type: "Ready", status: more.ready ?? "True" }] },
});

const budget = (app: string, selector: object = { matchLabels: { app } }): object => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: app, namespace: "shop", uid: `pdb-${app}` },
  spec: { minAvailable: 1, selector },
});

const calls = (peer: string) => [{ name: "UPSTREAM_URL", value: `http://${peer}:80` }];
const caller = deployment({ app: "web", env: calls("carts") });
const carts = (replicas: number) => [...deployment({ app: "carts", replicas }), service("carts")];
const pods = (...nodes: string[]) => nodes.map((name, i) => pod({ app: "carts", suffix: `x${i}`, at, node: name }));

function risks(...objects: readonly object[]) {
  const observation = createObservation({ cluster: "test" });
  for (const object of objects) observation.objects.apply("ADDED", object as KubeObject, at);
  return topologyRisks(observation);
}

const told = (...objects: readonly object[]) => risks(...objects).map(({ kind, target }) => `${kind} ${target.name}`);

describe("a weak spot is told", () => {
  test.each<{ name: string; objects: readonly object[]; want: readonly string[] }>([
    { name: "one replica that others call", objects: [...caller, ...carts(1)], want: ["single-replica carts"] },
    {
      name: "all replicas on one node while another one takes pods",
      objects: [...carts(2), ...pods("n1", "n1"), node("n1"), node("n2"), budget("carts")],
      want: ["one-node carts"],
    },
    {
      name: "several replicas without a budget",
      objects: [...carts(3), ...pods("n1", "n2", "n1"), node("n1"), node("n2")],
      want: ["no-disruption-budget carts"],
    },
    {
      name: "a budget that selects others",
      objects: [...carts(2), budget("carts", { matchLabels: { app: "cart" } })],
      want: ["no-disruption-budget carts"],
    },
    {
      name: "a database with one instance",
      objects: [...deployment({ app: "carts-db" }), service("carts-db")],
      want: ["single-database carts-db"],
    },
    {
      name: "the database before what has a single replica, and that before a missing budget",
      objects: [
        ...caller,
        ...deployment({ app: "carts", env: calls("carts-db") }),
        service("carts"),
        ...deployment({ app: "carts-db" }),
        service("carts-db"),
        ...deployment({ app: "mail", replicas: 2 }),
        service("mail"),
      ],
      want: ["single-database carts-db", "single-replica carts", "no-disruption-budget mail"],
    },
  ])("$name", ({ objects, want }) => expect(told(...objects)).toEqual(want));

  test("with who would feel it and what to do", () => {
    const [risk] = risks(...caller, ...carts(1));
    expect(risk?.why).toContain("is called by web");
    expect(risk?.remedy).toContain("kubectl -n shop scale deployment/carts --replicas=2");
  });
});

describe("nothing is told about", () => {
  test.each<{ name: string; objects: readonly object[] }>([
    { name: "one replica that nobody calls", objects: carts(1) },
    { name: "one replica without a Service", objects: deployment({ app: "worker" }) },
    { name: "a workload scaled to zero", objects: [...caller, ...carts(0)] },
    { name: "two replicas on the only node", objects: [...carts(2), ...pods("n1", "n1"), node("n1"), budget("carts")] },
    {
      name: "two replicas on the only node that takes pods: the other is cordoned",
      objects: [
        ...carts(2),
        ...pods("n1", "n1"),
        node("n1"),
        node("n2", { spec: { unschedulable: true } }),
        budget("carts"),
      ],
    },
    {
      name: "two replicas while the other node is tainted or away",
      objects: [
        ...carts(2),
        ...pods("n1", "n1"),
        node("n1"),
        node("n2", { spec: { taints: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }] } }),
        node("n3", { ready: "Unknown" }),
        budget("carts"),
      ],
    },
    { name: "replicas with a budget for everything", objects: [...carts(2), budget("carts", {})] },
    { name: "replicas that no Service reaches", objects: deployment({ app: "worker", replicas: 3 }) },
    {
      name: "a daemon on every node",
      objects: [
        {
          apiVersion: "apps/v1",
          kind: "DaemonSet",
          metadata: { name: "redis-agent", namespace: "shop", uid: "d" },
          spec: {
            selector: { matchLabels: { app: "a" } },
            template: { metadata: { labels: { app: "a" } }, spec: { containers: [] } },
          },
        },
      ],
    },
  ])("$name", ({ objects }) => expect(told(...objects)).toEqual([]));
});

test.each([
  { app: "carts-db", want: true },
  { app: "session-redis", want: true },
  { app: "ledger", image: "docker.io/bitnami/postgresql:17@sha256:0123", want: true },
  { app: "redis-exporter", image: "oliver006/redis_exporter:1", want: false },
  { app: "pool", image: "registry:5000/edoburu/pgbouncer:1", want: false },
  { app: "metrics", image: "prom/mysqld-exporter:1", want: false },
  { app: "debt-collector", want: false },
  { app: "adbserver", want: false },
])("whether $app with image $image is a database: $want", ({ app, image, want }) => {
  const [object] = deployment(image ? { app, image } : { app });
  expect(looksLikeDatabase(object as never, [], createObservation({ cluster: "test" }))).toBe(want);
});

test("a workload behind port 5432 is a database", () => {
  const observation = createObservation({ cluster: "test" });
  const [object] = deployment({ app: "ledger" });
  const { spec, ...rest } = service("ledger") as KubeObject & { spec: object };
  observation.objects.apply("ADDED", { ...rest, spec: { ...spec, ports: [{ port: 5432 }] } }, at);
  expect(
    looksLikeDatabase(object as never, [{ kind: "Service", namespace: "shop", name: "ledger" }], observation),
  ).toBe(true);
});

test("the shop as recorded: its database is alone, its frontend has a budget and its catalogue none", async () => {
  const recording = await loadRecording(join(import.meta.dirname, "../../recordings/sock-shop-01"));
  const { risks: found } = await analyzeRecording({
    cluster: "test",
    start: recording.start,
    end: recording.end,
    tickMs: recording.header.scrapeIntervalSeconds * 1_000,
    signals: recordedSignals(recording),
  });
  expect(found.map(({ kind, target }) => `${kind} ${target.name}`)).toEqual([
    "single-database carts-db",
    "single-replica carts",
    "single-replica payment",
    "single-replica orders",
    "no-disruption-budget catalogue",
  ]);
});
