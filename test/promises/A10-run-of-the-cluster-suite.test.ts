import { join } from "node:path";
import { expect, test } from "vitest";
import { silentLogger } from "../../src/lib/logger.ts";
import { runOnRecording } from "../cluster/on-recording.ts";
import { isGood, reportText } from "../cluster/report.ts";
import { withDatabase } from "../support/postgres.ts";

const folder = join(import.meta.dirname, "../recordings/sock-shop-01");

const full = process.env["KUBEMEND_PROMISES"] === "full";

// The recorded cluster plays at most a few times faster than real, so this takes its minute.
test.runIf(full)(
  "the run of npm run cluster: broken, detected, explained, approved, repaired, verified (A10)",
  async () => {
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
  },
  300_000,
);
