import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Experiment } from "../../../src/chaos/experiment.ts";
import { parseExperiment } from "../../../src/chaos/parse-experiment.ts";
import { experimentLines } from "../../../src/chaos/report-lines.ts";

function experimentOf(change: (text: string) => string = (text) => text): Experiment {
  const text = readFileSync(join(import.meta.dirname, "../../../k8s/chaos/memory-starved.yaml"), "utf8");
  const parsed = parseExperiment(change(text));
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.experiment;
}

test("an experiment is told in the order in which it happens, with all its bounds", () => {
  const experiment = experimentOf();
  const lines = experimentLines(experiment);
  expect(lines[0]).toBe(`${experiment.name}: ${experiment.hypothesis}`);
  expect(lines.map((line) => line.trim().split(/\s+/)[0]).slice(1)).toEqual([
    "where",
    ...experiment.method.map(() => "does"),
    "for",
    ...experiment.steadyState.map(() => "steady"),
    ...experiment.abort.map(() => "aborts"),
    "expected",
  ]);
  expect(lines[1]).toContain(`at most ${experiment.blastRadius.maxObjects} objects`);
  expect(lines.at(-1)).toBe("  expected memory-limit-too-low at Deployment carts, noticed within 2 min");
});

test("one that nobody is to notice says so", () => {
  const quiet: Experiment = { ...experimentOf(), expected: "none" };
  expect(experimentLines(quiet).at(-1)).toBe("  expected no incident");
});
