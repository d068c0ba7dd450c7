import { describe, expect, test } from "vitest";
import type { Finding } from "../../../../src/detection/detector.ts";
import { forecastAnomaly } from "../../../../src/detection/metrics/forecast/forecast-anomaly.ts";
import { createForecastField } from "../../../../src/detection/metrics/forecast/forecast-field.ts";
import { loadModel } from "../../../../src/detection/metrics/forecast/load-model.ts";
import { forecastStage, tickMs, type Values } from "./forecast-stage.ts";

const quiet: Values = {
  latency_mean_seconds: 0.02,
  requests_per_second: 10,
  error_ratio: 0.01,
  container_cpu_cores: 0.1,
};

function learned(options: Parameters<typeof createForecastField>[0] = {}, normal: Values = quiet) {
  const field = createForecastField(options);
  const stage = forecastStage(forecastAnomaly(() => field));
  const early: Finding[] = [];
  for (let i = 0; i < 240; i++) early.push(...stage.tick(stage.noisy(normal)));
  const run = (values: Values, ticks: number) => {
    const found: Finding[][] = [];
    for (let i = 0; i < ticks; i++) found.push(stage.tick(stage.noisy({ ...normal, ...values })));
    return found;
  };
  return { stage, field, early, run };
}

const reasons = (found: readonly Finding[]) => found.map(({ reason }) => reason).sort();

describe("what is told", () => {
  test("a step in latency, at its second point and from its first", () => {
    const { stage, early, run } = learned();
    const before = stage.now;
    const [first, second] = run({ latency_mean_seconds: 0.3 }, 2);
    expect(early).toEqual([]);
    expect(first).toEqual([]);
    expect(second).toHaveLength(1);
    expect(second?.[0]).toMatchObject({
      reason: "latency-forecast",
      target: { kind: "Deployment", namespace: "shop", name: "carts" },
      startsAt: before + tickMs,
      severity: "medium",
    });
    expect(second?.[0]?.expected).toBeCloseTo(0.02, 2);
    expect(second?.[0]?.summary).toMatch(
      /^carts: the mean time of its requests is \d+ ms; by its own past it would be \d+ ms$/,
    );
  });

  test("it lasts as long as the trouble, and ends with it", () => {
    const { run } = learned();
    const during = run({ latency_mean_seconds: 0.3 }, 60).slice(1);
    expect(during.every((found) => reasons(found).includes("latency-forecast"))).toBe(true);
    expect(run({}, 4).at(-1)).toEqual([]);
    expect(run({}, 100).flat()).toEqual([]);
  });

  test("errors that begin", () => {
    expect(reasons(learned().run({ error_ratio: 0.3 }, 3).at(-1) ?? [])).toEqual(["errors-forecast"]);
  });

  test("CPU beside latency is evidence", () => {
    const found = learned().run({ latency_mean_seconds: 0.3, container_cpu_cores: 0.5 }, 3).at(-1) ?? [];
    expect(reasons(found)).toEqual(["cpu-forecast", "latency-forecast"]);
    expect(found.find(({ reason }) => reason === "cpu-forecast")?.seenOn).toEqual({
      kind: "Pod",
      namespace: "shop",
      name: "carts-1",
    });
  });
});

describe("what is not", () => {
  test.each<{ name: string; values: Values; ticks?: number }>([
    { name: "one odd point", values: { latency_mean_seconds: 0.5 }, ticks: 1 },
    { name: "a doubling of a few milliseconds", values: { latency_mean_seconds: 0.045 } },
    { name: "an improvement", values: { latency_mean_seconds: 0.001, error_ratio: 0 } },
    { name: "doubled load with the CPU that it takes", values: { requests_per_second: 20, container_cpu_cores: 0.2 } },
    { name: "a worker that got work", values: { container_cpu_cores: 0.9 } },
    { name: "traffic that goes away", values: { requests_per_second: 0.5 } },
    { name: "a slow answer among a few requests", values: { latency_mean_seconds: 0.5, requests_per_second: 0.2 } },
    { name: "one error among a few requests", values: { error_ratio: 0.2, requests_per_second: 0.3 } },
  ])("$name", ({ values, ticks = 20 }) => {
    const { run } = learned();
    expect(run(values, ticks).flat()).toEqual([]);
    expect(run({}, 20).flat()).toEqual([]);
  });

  test("missing points, whatever is missing", () => {
    const { stage, run } = learned();
    for (let i = 0; i < 40; i++) expect(stage.tick({})).toEqual([]);
    expect(run({}, 40).flat()).toEqual([]);
  });

  test("values that are not numbers, clocks that jump back, counters that start anew", () => {
    const { stage, run } = learned();
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      for (let i = 0; i < 5; i++) expect(stage.tick({ latency_mean_seconds: value })).toEqual([]);
    }
    stage.skip(-30_000);
    expect(stage.tick(quiet)).toEqual([]);
    stage.skip(60_000);
    expect(run({ requests_per_second: 0, container_cpu_cores: 0 }, 1).flat()).toEqual([]);
    expect(run({}, 20).flat()).toEqual([]);
  });

  test("a series of which little is known", () => {
    const stage = forecastStage(forecastAnomaly(() => field));
    const field = createForecastField();
    for (let i = 0; i < 15; i++) stage.tick(stage.noisy(quiet));
    for (let i = 0; i < 4; i++) expect(stage.tick({ ...quiet, latency_mean_seconds: 0.3 })).toEqual([]);
  });
});

test("a gap in the middle of trouble is not its end", () => {
  const { stage, run } = learned();
  run({ latency_mean_seconds: 0.3 }, 5);
  stage.skip(180_000);
  expect(reasons(run({ latency_mean_seconds: 0.3 }, 3).at(-1) ?? [])).toEqual(["latency-forecast"]);
  run({}, 4);
  expect(run({}, 4).flat()).toEqual([]);
});

test("a level that lasts becomes normal", () => {
  const { run } = learned({ adoptMs: 120_000 });
  const found = run({ latency_mean_seconds: 0.3 }, 200);
  expect(found[10]).toHaveLength(1);
  expect(found.slice(60).flat()).toEqual([]);
});

test("without a model the same step is found against the level", () => {
  const model = loadModel("/nowhere/at/all", () => undefined);
  // No tail comes along without a model: each series has to learn its own first.
  const { early, run } = learned({ model });
  expect(early).toEqual([]);
  expect(reasons(run({ latency_mean_seconds: 0.3 }, 3).at(-1) ?? [])).toEqual(["latency-forecast"]);
});

test("equal histories give equal findings", () => {
  const twice = [learned(), learned()].map(({ run }) => run({ latency_mean_seconds: 0.3, error_ratio: 0.2 }, 10));
  expect(twice[0]).toEqual(twice[1]);
});
