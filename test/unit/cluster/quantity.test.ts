import { expect, test } from "vitest";
import { bytesQuantity, coresQuantity, parseQuantity } from "../../../src/cluster/quantity.ts";

test.each([
  ["128Mi", 134_217_728],
  ["1Ki", 1_024],
  ["1k", 1_000],
  ["1.5Gi", 1.5 * 2 ** 30],
  ["250m", 0.25],
  ["100n", 1e-7],
  ["2", 2],
  [".5", 0.5],
  ["5.", 5],
  ["1.Gi", 2 ** 30],
  ["1E3", 1_000],
  ["12e-3", 0.012],
  ["1e3", 1_000],
  ["2E", 2e18],
  [" 3 ", 3],
  ["-1", -1],
  [7, 7],
])("%j is %d", (text, value) => expect(parseQuantity(text)).toBeCloseTo(value, 12));

test.each([
  "",
  "Mi",
  "12 Mi",
  "1Mb",
  "1.2.3",
  "0x10",
  "1e3Ki",
  "1e3m",
  ".",
  "1".repeat(65),
  undefined,
])("%j is no quantity", (text) => expect(parseQuantity(text)).toBeUndefined());

test("what is written reads back as what it was", () => {
  for (const bytes of [1, 1_000, 1_024, 1_536, 134_217_728, 2 ** 30, 3 * 2 ** 31, 1_234_567])
    expect(parseQuantity(bytesQuantity(bytes))).toBe(bytes);
  expect([134_217_728, 2 ** 30, 1_536, 1_000.2].map(bytesQuantity)).toEqual(["128Mi", "1Gi", "1536", "1001"]);
  expect([2, 0.25, 1.5].map(coresQuantity)).toEqual(["2", "250m", "1500m"]);
});
