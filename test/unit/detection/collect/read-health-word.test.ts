import { expect, test } from "vitest";
import { readHealth } from "../../../../src/detection/collect/read-health.ts";

test.each([
  ["ok", true, false],
  ["UP", true, false],
  ["degraded", true, true],
  ["WARN", true, true],
  ["down", false, undefined],
  ["somewhere", true, undefined],
])("status %s: up %s, degraded %s", (status, up, degraded) => {
  const report = readHealth(200, JSON.stringify({ status, cpu: 0.1 }));
  expect([report.up, report.degraded]).toEqual([up, degraded]);
});

test("an answer without a word says nothing of its state", () => {
  expect(readHealth(200, '{"cpu": 0.1}').degraded).toBeUndefined();
});
