import { expect, test } from "vitest";
import { readHealth } from "../../../../src/detection/collect/read-health.ts";

// Any pod may ask to be asked. Sixty kilobytes of blanks between a figure and something else took half a minute, in which
// nothing else was watched.
test.each([
  ["blanks behind a figure", `1${" ".repeat(60_000)}x`],
  ["blanks before it", `${" ".repeat(60_000)}1x`],
  ["figures without an end", `${"1".repeat(60_000)}x`],
  ["parts of a duration", `${"1h ".repeat(20_000)}x`],
])("an answer with %s is read at once", (_name, text) => {
  const began = process.cpuUsage();
  const read = readHealth(200, JSON.stringify({ cpu: text, memory: { used: text, total: text }, uptime: text }));
  expect(process.cpuUsage(began).user / 1_000).toBeLessThan(1_000);
  expect(read).toMatchObject({ up: true });
  expect(read).not.toHaveProperty("cpu");
});
