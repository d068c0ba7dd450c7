import { describe, expect, test } from "vitest";
import type { Finding } from "../../../../src/detection/detector.ts";
import { createForecastField } from "../../../../src/detection/metrics/forecast/forecast-field.ts";
import { vectorWords } from "../../../../src/detection/metrics/isolation-forest/vector-words.ts";
import { workloadIsolation } from "../../../../src/detection/metrics/isolation-forest/workload-isolation.ts";
import { vectorSeries } from "../../../../src/detection/metrics/isolation-forest/workload-vectors.ts";
import { forecastStage, type Values } from "../forecast/forecast-stage.ts";

const quiet: Values = {
  container_cpu_cores: 0.1,
  container_memory_working_set_bytes: 2e8,
  pod_network_receive_bytes_per_second: 50_000,
  pod_network_transmit_bytes_per_second: 50_000,
  requests_per_second: 20,
  latency_mean_seconds: 0.02,
  error_ratio: 0.01,
};

function learned(normal: Values = quiet) {
  const field = createForecastField();
  const stage = forecastStage(workloadIsolation({ fieldOf: () => field }));
  const early: Finding[] = [];
  for (let i = 0; i < 1_000; i++) early.push(...stage.tick(stage.noisy(normal)));
  const run = (values: Values, ticks: number) =>
    Array.from({ length: ticks }, () => stage.tick(stage.noisy({ ...normal, ...values })));
  return { stage, early, run };
}

describe("a workload is told", () => {
  test("when several measurements leave their forecasts together and users feel one of them", () => {
    const { early, run } = learned();
    const found = run({ latency_mean_seconds: 0.4, error_ratio: 0.3, container_cpu_cores: 0.6 }, 3);
    expect(early).toEqual([]);
    expect(found[0]).toEqual([]);
    expect(found[1]).toHaveLength(1);
    expect(found[1]?.[0]).toMatchObject({
      reason: "isolated",
      target: { kind: "Deployment", namespace: "shop", name: "carts" },
      severity: "low",
    });
    expect(found[1]?.[0]?.summary).toMatch(
      /^carts is unlike its past in 3 measurements at once \(the CPU use, the mean time of its requests, .*by its own past it would be \d+ ms$/,
    );
    expect(found[1]?.[0]?.summary).not.toMatch(/_seconds|_ratio/);
  });

  test("with what its own calls take and move in words, as those of the workload and not of the far side", () => {
    const { run } = learned({ ...quiet, client_latency_mean_seconds: 0.02, client_error_ratio: 0.01 });
    const grown = (factor: number): Values => ({
      client_latency_mean_seconds: 0.4 * factor,
      client_error_ratio: 0.1 * factor,
      pod_network_receive_bytes_per_second: 5e5 * factor,
      pod_network_transmit_bytes_per_second: 5e5 * factor,
    });
    run(grown(1), 1);
    const [found] = run(grown(4), 1);
    expect(found?.[0]?.summary).toMatch(
      /^carts is unlike its past in 4 measurements at once \(the traffic that it receives, the traffic that it sends, the mean time of its calls, the share of failed calls\); the mean time of its calls to carts-db is 1\.\d+ s; by its own past it would be \d+ ms$/,
    );
  });

  test("without the name of any series", () => {
    for (const name of vectorSeries) expect(vectorWords(name)).not.toContain("_");
  });
});

describe("a workload is not told", () => {
  test.each<{ name: string; values: Values; ticks?: number }>([
    {
      name: "when its load doubles and everything with it",
      ticks: 20,
      values: {
        container_cpu_cores: 0.2,
        pod_network_receive_bytes_per_second: 100_000,
        pod_network_transmit_bytes_per_second: 100_000,
        requests_per_second: 40,
        latency_mean_seconds: 0.025,
      },
    },
    { name: "when it works on something", values: { container_cpu_cores: 1, container_memory_working_set_bytes: 4e8 } },
    {
      name: "for one odd tick",
      ticks: 1,
      values: { latency_mean_seconds: 0.4, error_ratio: 0.3, container_cpu_cores: 0.6 },
    },
    { name: "when it gets faster", values: { latency_mean_seconds: 0.002, error_ratio: 0 } },
  ])("$name", ({ values, ticks = 10 }) => {
    const { run } = learned();
    expect(run(values, ticks).flat()).toEqual([]);
    expect(run({}, 10).flat()).toEqual([]);
  });

  test("when little of it is measured", () => {
    const { run } = learned({ latency_mean_seconds: 0.02, requests_per_second: 20 });
    expect(run({ latency_mean_seconds: 0.5 }, 10).flat()).toEqual([]);
  });

  test("when scrapes stop, and when they begin again", () => {
    const { stage, run } = learned();
    for (let i = 0; i < 30; i++) expect(stage.tick({})).toEqual([]);
    expect(run({}, 10).flat()).toEqual([]);
  });
});
