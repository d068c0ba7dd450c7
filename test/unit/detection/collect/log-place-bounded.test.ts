import { expect, test } from "vitest";
import { parseQuantity } from "../../../../src/cluster/quantity.ts";
import { createLogPlacer } from "../../../../src/detection/collect/logs/log-place.ts";
import { plainSelector } from "../../../../src/rca/investigate/plain-selector.ts";

const labels = { namespace: "shop", pod: "carts-1", container: "carts" };

/** CPU milliseconds that something takes. */
function taken(run: () => unknown): number {
  const began = process.cpuUsage();
  run();
  return process.cpuUsage(began).user / 1_000;
}

// Each of these took minutes to hours once, in which nothing else was watched.
test.each([
  [
    "a log line with a million line ends before its last word",
    () => createLogPlacer().place(labels, 0, `a${"\n".repeat(1_000_000)}x`),
  ],
  [
    "one of carriage returns, as progress bars write them",
    () => createLogPlacer().place(labels, 0, `${"\r".repeat(1_000_000)}x`),
  ],
  ["a field with a hundred thousand digits", () => parseQuantity(`${"1".repeat(100_000)}x`)],
  ["a selector of blanks", () => plainSelector(`${" ".repeat(600)}!`)],
])("%s is read at once", (_name, run) => {
  expect(taken(run)).toBeLessThan(1_000);
});

test("line ends at the end are taken off, those in the middle stay", () => {
  expect(createLogPlacer().place(labels, 0, "a\r\nb\r\n\n")?.line).toBe("a\r\nb");
  expect(plainSelector("  up  ")?.name).toBe("up");
});
