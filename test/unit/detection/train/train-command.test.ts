import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { train } from "../../../../src/cli/train.ts";
import { gatherPast } from "../../../../src/detection/train/gather.ts";
import { loadRecording } from "../../../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../../../src/replay/recording/recorded-signals.ts";

describe("kubemend train refuses with the remedy", () => {
  test.each([
    { name: "nothing to train on", options: {}, code: "no-recordings" },
    { name: "a folder without recordings", options: { recordings: [import.meta.dirname] }, code: "no-recordings" },
    {
      name: "a model that is damaged cannot be fine-tuned",
      options: {
        recordings: [import.meta.dirname],
        fineTune: true,
        out: join(import.meta.dirname, "fixtures/damaged"),
      },
      code: "no-model",
    },
  ])("$name", async ({ options, code }) => {
    await expect(train(options)).rejects.toMatchObject({ code, exitCode: 2, remedy: expect.stringMatching(/\w/) });
  });
});

test("what a recording teaches leaves its incident out and keeps its quiet time", async () => {
  const folder = join(import.meta.dirname, "../../../recordings/meadow-03");
  const recording = await loadRecording(folder);
  const past = gatherPast({
    source: recording.header.name,
    scope: recording.header.namespaces.join(),
    from: recording.start,
    to: recording.end,
    tickMs: recording.header.scrapeIntervalSeconds * 1_000,
    signals: recordedSignals(recording),
  });
  const truth = JSON.parse(await readFile(join(folder, "truth.json"), "utf8")) as {
    faults: { injectedAt: string; symptomVisibleAt: string; recoveredAt: string }[];
  };
  const [fault] = truth.faults;
  if (!fault) throw new Error("the recording has no fault");
  expect(past.series.length).toBeGreaterThan(100);
  expect(past.troubled).toHaveLength(1);
  const [span] = past.troubled;
  expect(span?.from).toBeLessThanOrEqual(Date.parse(fault.symptomVisibleAt));
  expect(span?.to).toBeGreaterThanOrEqual(Date.parse(fault.recoveredAt));
  expect(span?.from).toBeGreaterThan(Date.parse(fault.injectedAt) - 60_000);
});
