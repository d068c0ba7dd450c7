import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readModel } from "../../../../src/detection/metrics/forecast/model-file.ts";
import { featureCount } from "../../../../src/detection/metrics/forecast/series-features.ts";
import { seriesKinds } from "../../../../src/detection/metrics/forecast/series-kinds.ts";
import { fitForecaster } from "../../../../src/detection/train/fit.ts";
import { fitInWorker } from "../../../../src/detection/train/fit-in-worker.ts";
import { type Past, withoutCopies } from "../../../../src/detection/train/gather.ts";
import { compareModels, writeModel } from "../../../../src/detection/train/keep-model.ts";
import { runsOf } from "../../../../src/detection/train/steps.ts";
import {
  datasetOf,
  fitRequestOf,
  measure,
  trainDefaults,
  trainForecaster,
} from "../../../../src/detection/train/train-forecaster.ts";
import { windowsOf } from "../../../../src/detection/train/windows.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";

const tickMs = 5_000;
const start = Date.UTC(2026, 10, 20, 9);
const kind = seriesKinds.find(({ name }) => name === "requests_per_second") ?? seriesKinds[0];
if (!kind) throw new Error("no kinds");

/** Rates that swing with a period of four minutes, with noise that a moving window smooths. */
function past(points: number, overrides: Partial<Past> = {}, wave = 4): Past {
  const series = Array.from({ length: 6 }, (_, s) => {
    const random = seededRandom(s + 1);
    const window = [10, 10, 10, 10];
    const times = Float64Array.from({ length: points }, (_, i) => start + i * tickMs);
    const values = times.map((at) => {
      window.push(10 + wave * Math.sin((2 * Math.PI * at) / 240_000) + 6 * (random() - 0.5));
      window.shift();
      return window.reduce((a, b) => a + b) / 4;
    });
    return { kind: kind as NonNullable<typeof kind>, times, values };
  });
  return {
    source: "synthetic",
    scope: "shop",
    from: start,
    to: start + points * tickMs,
    tickMs,
    series,
    troubled: [],
    ...overrides,
  };
}

const small = { ...trainDefaults, hidden: 4, maxEpochs: 2, windowLength: 16, maxWindows: 200 };

describe("what a model may learn from", () => {
  test("troubled stretches are left out, and nothing reaches across them", () => {
    const trouble = { from: start + 100 * tickMs, to: start + 140 * tickMs };
    const whole = past(300, { troubled: [trouble] });
    const [series] = whole.series;
    if (!series) throw new Error("no series");
    const runs = runsOf(series, whole);
    expect(runs).toHaveLength(2);
    for (const { times, nextTimes } of runs) {
      for (const at of [...times, ...nextTimes]) expect(at < trouble.from || at > trouble.to).toBe(true);
      times.forEach((at, i) => {
        expect(nextTimes[i]).toBe(at + tickMs);
      });
    }
  });

  test("a gap cuts a run, values that are not numbers too", () => {
    const whole = past(100);
    const [series] = whole.series;
    if (!series) throw new Error("no series");
    const times = series.times.map((at, i) => (i < 50 ? at : at + 600_000));
    const values = series.values.map((value, i) => (i === 20 ? Number.NaN : value));
    expect(runsOf({ ...series, times, values }, whole).map(({ times }) => times.length)).toEqual([19, 28, 49]);
  });

  test("no row knows its target: changing the future changes no earlier row", () => {
    const whole = past(100);
    const [series] = whole.series;
    if (!series) throw new Error("no series");
    const changed = { ...series, values: series.values.map((value, i) => (i < 60 ? value : value * 9)) };
    const [a] = runsOf(series, whole);
    const [b] = runsOf(changed, whole);
    expect(a?.rows.subarray(0, 60 * featureCount)).toEqual(b?.rows.subarray(0, 60 * featureCount));
    expect(a?.rows.subarray(60 * featureCount, 61 * featureCount)).not.toEqual(
      b?.rows.subarray(60 * featureCount, 61 * featureCount),
    );
  });

  test("the split is by time: training ends before stopping is decided, that before measuring", () => {
    const dataset = datasetOf([past(600)], 0.25);
    expect(dataset.heldBackFrom).toBe(start + 450 * tickMs);
    const runs = dataset.series.flatMap((one) => one.runs);
    const options = { length: 16, most: 10_000, seed: 1, anyTimeOfDay: false };
    const early = windowsOf(runs, { ...options, after: 0, before: dataset.heldBackFrom });
    const all = windowsOf(runs, { ...options, after: 0, before: dataset.to + tickMs });
    expect(early.count).toBeGreaterThan(0);
    expect(early.count).toBeLessThan(0.78 * all.count);
    const request = fitRequestOf(dataset, small);
    expect(request.train.count + request.validation.count).toBeLessThanOrEqual(early.count);
  });

  test("recordings that lie inside longer ones of the same scope do not count twice", () => {
    const day = past(600, { source: "day" });
    const cut = past(100, { source: "cut", from: start + 50 * tickMs, to: start + 150 * tickMs });
    const elsewhere = { ...cut, source: "elsewhere", scope: "other" };
    expect(withoutCopies([cut, day, elsewhere, { ...day, source: "again" }]).map(({ source }) => source)).toEqual([
      "day",
      "elsewhere",
    ]);
  });

  test("data of a few hours does not tie the model to these hours", () => {
    const dataset = datasetOf([past(600)], 0.25);
    const { inputs, count, length } = fitRequestOf(dataset, small).train;
    const angles = Array.from({ length: count }, (_, w) =>
      Math.atan2(inputs[w * length * featureCount + 3] ?? 0, inputs[w * length * featureCount + 4] ?? 0),
    );
    expect(Math.max(...angles) - Math.min(...angles)).toBeGreaterThan(5);
  });

  test("too little is refused with what to do about it", () => {
    expect(() => fitRequestOf(datasetOf([past(60)], 0.25), small)).toThrow(expect.objectContaining({ exitCode: 2 }));
    expect(() => datasetOf([past(100, { series: [] })], 0.25)).toThrow(
      expect.objectContaining({ code: "nothing-to-train-on" }),
    );
  });
});

describe("training", () => {
  test("makes the same model from the same data, in a thread or not, and measures it against three rivals", async () => {
    const dataset = datasetOf([past(600)], 0.25);
    const seen: number[] = [];
    const here = await trainForecaster(dataset, small, fitForecaster, ({ epoch }) => seen.push(epoch));
    const there = await trainForecaster(dataset, small, fitInWorker, () => undefined);
    expect(there.card.weights.sha256).toBe(here.card.weights.sha256);
    expect(Math.max(...seen)).toBe(2);
    const { heldBack, data } = here.card;
    expect(heldBack.points).toBeGreaterThan(300);
    expect(Object.values(heldBack).every(Number.isFinite)).toBe(true);
    expect(data).toMatchObject({ sources: ["synthetic"], series: 6, pointsLeftOut: 6 });
  });

  test("more epochs make it better, and going on from a model begins where that ended", async () => {
    const dataset = datasetOf([past(900)], 0.25);
    const quick = await trainForecaster(dataset, { ...small, maxEpochs: 1 }, fitForecaster, () => undefined);
    const longer = await trainForecaster(
      dataset,
      { ...small, maxEpochs: 6, start: { name: "quick", weights: quick.weights } },
      fitForecaster,
      () => undefined,
    );
    expect(longer.card.heldBack.gru).toBeLessThan(quick.card.heldBack.gru);
    expect(longer.card.training.startedFrom).toBe("quick");
  });

  test("the season that is compared with is the one in the data", () => {
    const { seasonMs } = datasetOf([past(900, {}, 12)], 0.25);
    expect(seasonMs % 240_000).toBe(0);
  });
});

test("a model is replaced by a better one only, measured on the same time", async () => {
  const folder = await mkdtemp(join(tmpdir(), "train-"));
  try {
    const dataset = datasetOf([past(900)], 0.25);
    const read = readModel(folder);
    const rough = await trainForecaster(dataset, { ...small, maxEpochs: 1 }, fitForecaster, () => undefined);
    expect(compareModels(rough, read, dataset)).toEqual({ outcome: "first" });
    await writeModel(folder, rough);
    expect((await readdir(folder)).sort()).toEqual(["model.json", "weights.bin"]);
    const kept = readModel(folder);
    if (kept.outcome !== "read") throw new Error(JSON.stringify(kept));
    expect(kept.model.card).toEqual(rough.card);
    expect(compareModels(rough, kept, dataset).outcome).toBe("not-better");
    const start = { name: "rough", weights: rough.weights };
    const finer = await trainForecaster(dataset, { ...small, maxEpochs: 6, start }, fitForecaster, () => undefined);
    const verdict = compareModels(finer, kept, dataset);
    expect(verdict.outcome).toBe("better");
    expect(verdict).toMatchObject({ before: measure(dataset, rough.weights).errors.model });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
