import { expect, test } from "vitest";
import type { KubeObject } from "../../src/cluster/kubernetes-types.ts";
import { createObservation } from "../../src/cluster/observation.ts";
import type { RawSeries } from "../../src/cluster/signal.ts";
import { createDetectionEngine } from "../../src/detection/engine.ts";
import { deployment, pod, service } from "../support/small-shop.ts";

/** B2: a big cluster fits in the tick. 5,000 pods, more than 10,000 series, all detectors: under a second of one core. */
test("a tick over 5,000 pods and 30,000 raw series takes less than a second at the median", () => {
  const start = Date.parse("2026-11-20T12:00:00Z");
  let now = start;
  let ids = 0;
  const engine = createDetectionEngine({
    observation: createObservation({ cluster: "big" }),
    nextId: () => String(++ids),
    learnMs: 120_000,
  });
  const raw: { series: RawSeries; step: number; value: number }[] = [];
  for (let w = 0; w < 500; w++) {
    const app = `app-${w}`;
    const pods = Array.from({ length: 10 }, (_, r) => pod({ app, suffix: `x${r}`, at: start - 600_000 }));
    for (const object of [...deployment({ app, replicas: 10 }), service(app), ...pods]) {
      engine.ingest({ type: "object", at: now, change: "ADDED", object: object as KubeObject });
    }
    for (let r = 0; r < 10; r++) {
      const target = { namespace: "shop", pod: `${app}-a1-x${r}`, job: "pods" };
      const container = { namespace: "shop", pod: `${app}-a1-x${r}`, container: "app", node: `n${r}` };
      const add = (name: string, labels: Record<string, string>, step: number, value = 0) =>
        raw.push({ series: { name, labels }, step, value });
      add("http_requests_total", { ...target, code: "200", route: "/" }, 10);
      add("http_request_duration_seconds_sum", { ...target, route: "/" }, 0.1);
      add("http_request_duration_seconds_count", { ...target, route: "/" }, 10);
      add("container_cpu_usage_seconds_total", container, 1);
      add("container_memory_working_set_bytes", container, 0, 60 * 2 ** 20);
      add("container_spec_memory_limit_bytes", container, 0, 128 * 2 ** 20);
    }
  }
  const tickMs: number[] = [];
  for (let i = 0; i < 24; i++) {
    now += 15_000;
    for (const one of raw) one.value += one.step;
    engine.ingest({ type: "samples", at: now, samples: raw.map(({ series, value }) => ({ series, value, at: now })) });
    engine.tick(now);
    tickMs.push(engine.stats.lastTickMs);
  }
  expect(engine.stats.series).toBeGreaterThan(10_000);
  expect(engine.stats.detectorFailures).toBe(0);
  expect(engine.incidents()).toEqual([]);
  expect(tickMs.sort((a, b) => a - b)[12]).toBeLessThan(1_000);
});
