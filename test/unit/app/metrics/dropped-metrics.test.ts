import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { addDroppedMetrics } from "../../../../src/app/metrics/dropped-metrics.ts";
import { createObservation } from "../../../../src/cluster/observation.ts";
import { createDetectionEngine } from "../../../../src/detection/engine/engine.ts";

test("what detection refuses shows at /metrics, by reason", async () => {
  const observation = createObservation({ cluster: "test", series: { maxSeries: 3 }, objects: { maxObjects: 1 } });
  const engine = createDetectionEngine({ observation, nextId: () => "1", tickMs: 5_000 });
  const registry = new Registry();
  addDroppedMetrics(registry, {
    detection: () => engine.stats,
    observation,
    sources: {
      prometheus: undefined,
      loki: undefined,
      scrape: { scrapes: 10, failed: 3, notRunning: 4, malformed: 2, refused: 5 },
    } as never,
  });
  const at = Date.parse("2026-11-20T12:00:00Z");
  const series = { name: "container_processes", labels: { namespace: "shop", pod: "web", container: "app" } };
  for (const value of [Number.NaN, 1, 2]) engine.ingest({ type: "samples", at, samples: [{ series, value, at }] });
  engine.ingest({ type: "samples", at, samples: [{ series, value: 1, at: at - 3_600_000 }] });
  for (let i = 0; i < 8; i++) {
    const labels = { namespace: "shop", workload: `w${i}` };
    engine.ingest({
      type: "derived",
      at,
      source: "health",
      points: [{ name: "requests_per_second", labels, at, value: 1 }],
    });
  }
  engine.ingest({
    type: "object",
    at,
    change: "ADDED",
    object: { apiVersion: "v1", kind: "Pod", metadata: { name: "p", uid: "1" } },
  });
  for (const name of ["a", "b", "c"])
    engine.ingest({
      type: "object",
      at,
      change: "ADDED",
      object: { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "shop", name, uid: name } },
    });
  const text = await registry.metrics();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#") && !line.endsWith(" 0"));
  expect(lines).toEqual([
    'kubemend_samples_dropped_total{why="stale"} 1',
    'kubemend_samples_dropped_total{why="notFinite"} 1',
    'kubemend_samples_dropped_total{why="wrongTime"} 1',
    'kubemend_points_dropped_total{why="series"} 6',
    'kubemend_scrapes_total{why="answered"} 7',
    'kubemend_scrapes_total{why="failed"} 3',
    'kubemend_scrapes_total{why="not-running"} 4',
    'kubemend_scraped_samples_dropped_total{why="malformed"} 2',
    'kubemend_scraped_samples_dropped_total{why="refused"} 5',
    'kubemend_objects_dropped_total{why="malformed"} 1',
    'kubemend_objects_dropped_total{why="bound"} 2',
  ]);
});
