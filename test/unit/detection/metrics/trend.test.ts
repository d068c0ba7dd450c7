import { describe, expect, test } from "vitest";
import { createBaseline } from "../../../../src/detection/metrics/baseline.ts";
import { trendOf } from "../../../../src/detection/metrics/trend.ts";
import { createWorld } from "../../../support/detect-objects.ts";
import { deployment, pod } from "../../../support/small-shop.ts";

const times = Array.from({ length: 30 }, (_, i) => i * 10_000);

describe("a robust line", () => {
  test("finds the slope though a third of the points are wild", () => {
    const values = times.map((time, i) => (i % 4 === 0 ? 9_999 : 100 + (2 * time) / 1_000));
    expect(trendOf(times, values)?.slope).toBeCloseTo(2, 0);
  });
  test("sees growth that flattens", () => {
    const trend = trendOf(
      times,
      times.map((time) => 100 * Math.log1p(time / 1_000)),
    );
    expect(trend && trend.recent / trend.slope).toBeLessThan(0.5);
  });
  test("says nothing about a handful of points", () => expect(trendOf([0, 1, 2], [0, 1, 2])).toBeUndefined());
});

test("a baseline ignores outliers but remembers harmless peaks", () => {
  const baseline = createBaseline();
  for (let i = 0; i < 200; i++) baseline.admit(i % 20 === 0 ? 90 : 10 + (i % 3));
  expect(baseline.median).toBe(11);
  expect(baseline.spread).toBeLessThan(2);
  expect(baseline.high).toBe(90);
});

describe("memory that runs out", () => {
  const start = Date.parse("2026-11-20T12:00:00Z");
  const Mi = 2 ** 20;
  const limit = 128 * Mi;

  /** Feeds a working set (MiB as a function of seconds since start) and returns the first prediction. */
  function predicted(of: (seconds: number) => number, minutes: number) {
    const world = createWorld({ start });
    world.put(...deployment({ app: "web" }), pod({ app: "web", at: start }));
    const labels = { namespace: "shop", pod: "web-a1-x1", container: "app", id: "/x", node: "n" };
    const series = { name: "container_memory_working_set_bytes", labels };
    const limits = { name: "container_spec_memory_limit_bytes", labels };
    let first: { at: number; title: string } | undefined;
    world.run(minutes * 60_000, (now) => {
      const [incident] = world.engine.incidents();
      if (incident && !first) first = { at: (now - start) / 60_000, title: incident.title };
      const at = now;
      world.engine.ingest({
        type: "samples",
        at,
        samples: [
          { series: limits, value: limit, at },
          { series, value: of((now - start) / 1_000) * Mi, at },
        ],
      });
    });
    return first;
  }

  test("a leak is told with the time that is left, well before it kills", () => {
    const found = predicted((seconds) => 45 + seconds * 0.2, 6);
    expect(found?.title).toMatch(/web will run out of memory in about \d min.* from \d\d:\d\d UTC$/);
    // 83 MiB at 12 MiB a minute: full after some seven minutes.
    expect(found?.at).toBeLessThan(5);
  });

  test.each([
    ["a warm-up that ends", (seconds: number) => 3 + 45 * (1 - Math.exp(-seconds / 20))],
    ["a cache that fills up to a level", (seconds: number) => 40 + 30 * (1 - Math.exp(-seconds / 90))],
    ["a level that is high but steady", (seconds: number) => 115 + 3 * Math.sin(seconds / 17)],
    ["growth that would take hours", (seconds: number) => 50 + seconds * 0.008],
    ["a saw tooth of a garbage collector", (seconds: number) => 50 + (seconds % 60) * 0.6],
  ])("%s is not a leak", (_title, of) => expect(predicted(of, 12)).toBeUndefined());
});
