import { describe, expect, test } from "vitest";
import { createSeriesStore } from "../../../../src/cluster/series-store.ts";
import { createForecaster, type ForecastPoint } from "../../../../src/detection/metrics/forecast/forecaster.ts";
import { loadModel } from "../../../../src/detection/metrics/forecast/load-model.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";

const { network } = loadModel();
const tickMs = 5_000;
const labels = (i: number) => ({ namespace: "shop", workload: `w${i}` });

function setUp(options: { maxSeries?: number } = {}) {
  const store = createSeriesStore();
  const points: ForecastPoint[] = [];
  const forecaster = createForecaster({
    model: network,
    ...options,
    judge(point) {
      points.push(point);
      return "take";
    },
  });
  let now = Date.UTC(2026, 10, 20);
  return {
    store,
    points,
    forecaster,
    step(values: readonly number[], forwardMs = tickMs) {
      now += forwardMs;
      for (const [i, value] of values.entries()) store.push("requests_per_second", labels(i), now, value);
      forecaster.advance(store, now, tickMs);
      return now;
    },
  };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe("forecasts", () => {
  test("of a rate over a moving window are nearer than the last value", () => {
    const { step, points } = setUp();
    const random = seededRandom(3);
    const window = [10, 10, 10, 10];
    const seen: number[] = [];
    for (let i = 0; i < 600; i++) {
      window.push(6 + 8 * random());
      window.shift();
      seen.push(mean(window));
      step([mean(window)]);
    }
    const late = points.slice(200);
    const model = mean(late.map(({ value, forecast }) => Math.abs(value - forecast)));
    const persistence = mean(
      seen.slice(-late.length).map((value, i) => Math.abs(value - (seen[seen.length - late.length + i - 1] ?? 0))),
    );
    expect(model).toBeLessThan(0.95 * persistence);
  });

  test("of a series that never moves are that value, exactly", () => {
    const { step, points } = setUp();
    for (let i = 0; i < 50; i++) step([7]);
    expect(points.every(({ forecast, residual }) => forecast === 7 && residual === 0)).toBe(true);
  });

  test("do not reach across a gap", () => {
    const { step, points } = setUp();
    for (let i = 0; i < 30; i++) step([7 + (i % 3)]);
    const before = points.length;
    step([500], 10 * 60_000);
    expect(points.length).toBe(before);
    step([500]);
    expect(points.length).toBe(before + 1);
  });

  test("stay finite after the wildest values", () => {
    const { step, points } = setUp();
    for (let i = 0; i < 30; i++) step([7 + (i % 3)]);
    for (const value of [1e300, -1e300, 0, 1e-300, 5]) step([value]);
    for (let i = 0; i < 30; i++) step([7 + (i % 3)]);
    expect(points.every(({ forecast, residual }) => Number.isFinite(forecast) && Number.isFinite(residual))).toBe(true);
  });

  test("are made once for each point, however often a tick is repeated", () => {
    const { step, points, store, forecaster } = setUp();
    let now = 0;
    for (let i = 0; i < 10; i++) now = step([i]);
    const before = points.length;
    forecaster.advance(store, now + 1_000, tickMs);
    expect(points.length).toBe(before);
  });
});

describe("bounds", () => {
  test("series beyond the limit are left out and counted; ended ones make room", () => {
    const { step, forecaster, store } = setUp({ maxSeries: 3 });
    step([1, 2, 3, 4, 5]);
    expect(forecaster.stats).toEqual({ series: 3, refused: 2, evicted: 0 });
    let now = 0;
    for (let i = 0; i < 8; i++) now = step([], 5 * 60_000);
    expect(forecaster.stats).toMatchObject({ series: 0, evicted: 3 });
    store.push("requests_per_second", labels(9), now + 1, 1);
    forecaster.advance(store, now + 2, tickMs);
    expect(forecaster.stats.series).toBe(1);
  });

  test("a slot that is used again remembers nothing of its former series", () => {
    const { step, forecaster, store } = setUp();
    for (let i = 0; i < 50; i++) step([1_000 + (i % 7)]);
    let now = 0;
    for (let i = 0; i < 8; i++) now = step([], 5 * 60_000);
    const series = store.push("requests_per_second", labels(1), now + 1, 3);
    forecaster.advance(store, now + 2, tickMs);
    const slot = series && forecaster.slotOf(series);
    expect(slot).toBe(0);
    expect(forecaster.block.level[0]).toBe(3);
    expect(forecaster.block.seen[0]).toBe(1);
  });

  test("hundreds of series grow the block without mixing them up", () => {
    const { step, points } = setUp();
    const values = Array.from({ length: 300 }, (_, i) => i);
    for (let i = 0; i < 5; i++) step(values);
    expect(points).toHaveLength(4 * 300);
    expect(points.every(({ forecast, value }) => forecast === value)).toBe(true);
  });
});
