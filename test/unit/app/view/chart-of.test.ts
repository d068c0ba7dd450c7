import { describe, expect, test } from "vitest";
import { chartOf } from "../../../../src/app/view/chart-of.ts";
import { chartTitle, lineLabel } from "../../../../src/app/view/chart-words.ts";
import { createChartPainter } from "../../../../src/bot/charts/chart-painter.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { derivedSeries } from "../../../../src/cluster/series-names.ts";
import type { Series } from "../../../../src/cluster/series-store.ts";
import { incidentView, planView } from "../../../support/incident-view.ts";

const onset = incidentView.incident.onset;
const units = (name: string) => derivedSeries[name as keyof typeof derivedSeries]?.unit ?? "";

const pod = (name: string, replicaSet: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name,
    namespace: "shop",
    uid: name,
    ownerReferences: [{ kind: "ReplicaSet", name: replicaSet, uid: replicaSet, controller: true }],
  },
  spec: { containers: [] },
});
const replicaSet = (name: string, deployment: string) => ({
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: {
    name,
    namespace: "shop",
    uid: name,
    ownerReferences: [{ kind: "Deployment", name: deployment, uid: deployment, controller: true }],
  },
});
const deployment = (name: string, memory: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "shop", uid: name },
  spec: { template: { spec: { memory } } },
});

/** carts with an old and a new pod, carts-db beside it, and a frontend that fails from the onset on. */
function observed() {
  const observation = createObservation({ cluster: "test" });
  const { objects, series } = observation;
  const add = (object: object, at = onset - 600_000) => objects.apply("ADDED", object as never, at);
  for (const name of ["carts", "carts-db"]) add(deployment(name, "128Mi"));
  for (const [name, owner] of [
    ["carts-759f6db4d4", "carts"],
    ["carts-568db49675", "carts"],
    ["carts-db-5589f7c449", "carts-db"],
  ] as const) {
    add(replicaSet(name, owner));
    add(pod(`${name}-aaaaa`, name));
  }
  objects.apply("MODIFIED", deployment("carts", "34Mi"), onset - 10_000);
  for (let at = onset - 300_000; at <= onset + 60_000; at += 5_000) {
    for (const [name, from, to] of [
      ["carts-759f6db4d4-aaaaa", -300_000, 0],
      ["carts-568db49675-aaaaa", 0, 60_000],
      ["carts-db-5589f7c449-aaaaa", -300_000, 60_000],
    ] as const) {
      if (at < onset + from || at > onset + to) continue;
      const labels = { namespace: "shop", pod: name, container: "main" };
      series.push("container_memory_working_set_bytes", labels, at, 45e6);
      series.push(
        "container_memory_limit_bytes",
        labels,
        at,
        name === "carts-568db49675-aaaaa" ? 34 * 2 ** 20 : 128 * 2 ** 20,
      );
    }
    series.push("error_ratio", { namespace: "shop", workload: "frontend" }, at, at < onset ? 0 : 0.4);
    series.push("error_ratio", { namespace: "shop", workload: "carts" }, at, 0);
  }
  return observation;
}

describe("the picture of an incident", () => {
  test("shows the cause with its limit, then what people felt, with change and onset marked", () => {
    const chart = chartOf(incidentView, observed(), { now: onset + 60_000, units });
    expect(chart?.panels.map((panel) => panel.title)).toEqual(["carts: memory in use", "frontend: failed requests"]);
    expect(
      chart?.panels[0]?.lines.map((line) => line.label),
      "not the database that is only named alike",
    ).toEqual(["carts-759f6db4d4-aaaaa main", "carts-568db49675-aaaaa main", "limit"]);
    const limit = chart?.panels[0]?.lines.at(-1)?.points ?? [];
    expect([limit[0]?.value, limit.at(-1)?.value]).toEqual([128 * 2 ** 20, 34 * 2 ** 20]);
    expect(chart?.marks.map((mark) => [mark.kind, mark.label])).toEqual([
      ["change", "Deployment carts changed"],
      ["onset", "onset"],
    ]);
  });

  test("afterwards it also marks when the fix was applied and when it was over", () => {
    const [fix] = incidentView.fixes;
    if (!fix) throw new Error("the fixture has a fix");
    const applied = {
      id: "x",
      planId: "11",
      kind: "apply" as const,
      outcome: "applied" as const,
      detail: "",
      startedAt: onset + 20_000,
      finishedAt: onset + 21_000,
    };
    const view = {
      ...incidentView,
      incident: { ...incidentView.incident, resolvedAt: onset + 50_000 },
      fixes: [{ ...fix, plan: { ...planView, executions: [applied] } }],
    };
    const chart = chartOf(view, observed(), { now: onset + 60_000, units });
    expect(chart?.marks.slice(2).map(({ kind, at }) => [kind, at - onset])).toEqual([
      ["fix", 21_000],
      ["recovery", 50_000],
    ]);
  });

  test("an incident without any series has no picture", () => {
    expect(chartOf(incidentView, createObservation({ cluster: "test" }), { now: onset, units })).toBeUndefined();
  });

  test("series in which nothing is abnormal make no picture either", () => {
    const observation = createObservation({ cluster: "test" });
    for (let at = onset - 300_000; at <= onset; at += 5_000) {
      observation.series.push("latency_mean_seconds", { namespace: "shop", workload: "carts" }, at, 0.02);
      observation.series.push("error_ratio", { namespace: "shop", workload: "carts" }, at, 0);
    }
    const { diagnosis, ...view } = incidentView;
    expect(diagnosis).toBeDefined();
    expect(chartOf(view, observation, { now: onset, units })).toBeUndefined();
  });

  test("is drawn as a PNG, off the event loop, more than once", async () => {
    await using painter = createChartPainter();
    const chart = chartOf(incidentView, observed(), { now: onset + 60_000, units });
    if (!chart) throw new Error("there is a chart");
    const pictures = await Promise.all([painter.draw(chart), painter.draw(chart)]);
    for (const png of pictures) {
      expect(png.subarray(0, 8).toString("latin1")).toBe("\u0089PNG\r\n\u001a\n");
      // Lines and letters: an empty canvas of this size packs into a few kilobytes.
      expect(png.length).toBeGreaterThan(15_000);
    }
    const bare = await painter.draw({
      ...chart,
      marks: [],
      panels: chart.panels.map((panel) => ({ ...panel, title: "", lines: panel.lines.slice(0, 1) })),
    });
    expect(bare.length, "text is really drawn").toBeLessThan((pictures[0]?.length ?? 0) * 0.9);
  });
});

test.each([
  [{ workload: "frontend" }, "error_ratio", "frontend: failed requests", "frontend"],
  [{ workload: "orders", peer: "carts" }, "client_error_ratio", "failed calls to carts", "orders → carts"],
  [
    { pod: "carts-db-5589f7c449-6vwvn", container: "carts-db" },
    "container_cpu_cores",
    "carts-db: CPU in use",
    "carts-db-5589f7c449-6vwvn",
  ],
  [
    { pod: "carts-5589f7c449-6vwvn", container: "proxy" },
    "container_cpu_cores",
    "carts: CPU in use",
    "carts-5589f7c449-6vwvn proxy",
  ],
  [{ node: "node-1" }, "node_memory_ratio", "node-1: node memory", "node-1"],
])("words for %j", (labels, name, title, label) => {
  const series = { name, labels } as unknown as Series;
  expect([chartTitle(series), lineLabel(series)]).toEqual([title, label]);
});
