import { join } from "node:path";
import { expect, test } from "vitest";
import { silentLogger } from "../../src/lib/logger.ts";
import { runOnRecording } from "../cluster/on-recording.ts";
import { isGood, reportText } from "../cluster/report.ts";
import { withDatabase } from "../support/postgres.ts";
import { promiseFigure } from "../support/promise-figure.ts";

const folder = join(import.meta.dirname, "../recordings/sock-shop-01");

// The recorded cluster plays at most a few times faster than real, so this takes its minute.
test("the run of npm run cluster: broken, detected, explained, approved, repaired, verified (A10)", async () => {
  await using database = await withDatabase();
  const report = await runOnRecording({ folder, log: silentLogger, databaseUrl: database.url, speed: 5 });
  expect(report.faults).toMatchObject([
    {
      cause: "memory-limit-too-low",
      causeRight: true,
      culprit: "Deployment carts",
      culpritRight: true,
      verdict: "recovered",
      falseIncidents: [],
    },
  ]);
  expect(report.faults[0]?.fixApplied).toBe(report.faults[0]?.fixOffered);
  expect(report.falseInQuietTime).toEqual([]);
  expect(isGood(report)).toBe(true);
  expect(reportText(report)).toContain("All as it should be.");
  promiseFigure("A10", "a recorded fault, as npm run cluster plays it", "found, explained, repaired, recovered");
}, 300_000);
