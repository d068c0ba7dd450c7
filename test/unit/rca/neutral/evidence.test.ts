import { describe, expect, test } from "vitest";
import { combine } from "../../../../src/rca/neutral/combine.ts";
import { metricRole, pickMetric } from "../../../../src/rca/neutral/metric-role.ts";
import { usualRange } from "../../../../src/rca/neutral/normal-times.ts";

test.each([
  { name: "nothing seen says nothing", values: [], want: undefined },
  { name: "of a few values all count", values: [3, 1, 2], want: { low: 1, high: 3 } },
  { name: "one odd window of many excuses nothing", values: [1, 1, 1, 1, 90], want: { low: 1, high: 1 } },
  { name: "two odd windows do", values: [1, 1, 1, 90, 90], want: { low: 1, high: 90 } },
])("$name", ({ values, want }) => {
  expect(usualRange(values)).toEqual(want);
});

test.each([
  ["latency_Average", "latency"],
  ["http_server_duration_p99_ms", "latency"],
  ["PodSuccessRate(%)", "availability"],
  ["http_5xx_ratio", "failures"],
  ["requests_Sum", "requests"],
  ["PodWorkload(Ops)", "requests"],
  ["CpuUsageRate(%)", "other"],
])("%s measures %s", (metric, role) => {
  expect(metricRole(metric)).toBe(role);
});

test("the mean is nearest to seconds lost, then the lowest quantile", () => {
  expect(pickMetric(["latency_p99", "latency_p50", "latency_Average"], "latency")).toBe("latency_Average");
  expect(pickMetric(["latency_p99", "latency_p50"], "latency")).toBe("latency_p50");
});

describe("combining", () => {
  const source = (amounts: Readonly<Record<string, number>>) => ({
    name: "s",
    found: new Map(Object.entries(amounts).map(([entity, amount]) => [entity, { amount, strength: 1, text: entity }])),
  });

  test("a source that points at everybody counts less than one that points at one", () => {
    const all = source({ a: 5, b: 5, c: 5, d: 5 });
    const [best, second] = combine(["a", "b", "c", "d"], [all, source({ c: 0.1 })]);
    expect(best).toMatchObject({ entity: "c", score: 1.25, evidence: ["c", "c"] });
    expect(second?.score).toBe(0.25);
  });

  test("every candidate is ranked, strangers are not", () => {
    expect(combine(["a", "b"], [source({ x: 9 })]).map(({ entity }) => entity)).toEqual(["a", "b"]);
  });
});
