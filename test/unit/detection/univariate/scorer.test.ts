import { describe, expect, test } from "vitest";
import { createScorer } from "../../../../src/detection/metrics/univariate/scorer.ts";
import { seededRandom } from "../../../../src/lib/seeded-random.ts";
import { mondayMs, officeHours, rowsPerDay, type Sample, series, stepMs } from "./series-fixtures.ts";

function scoresOf(samples: readonly Sample[]): number[] {
  const scorer = createScorer();
  return samples.map(({ atMs, value }) => scorer.push(atMs, value));
}

function highest(scores: readonly number[], from: number, to: number): number {
  return Math.max(...scores.slice(from, to));
}

/** Above it something is alarming; the benchmark's best threshold lies near it. Noise reaches it about once a week. */
const alarming = 0.4;
const weeks = 14 * rowsPerDay;
const onset = 10 * rowsPerDay;

describe("what happens at the onset is alarming, and little before it is", () => {
  test.each([
    {
      name: "a spike far outside the range",
      at: onset,
      valueAt: (row: number, _: number, noise: number) => (row === onset ? 40 : 10 + noise),
    },
    {
      name: "a dip far outside the range",
      at: onset,
      valueAt: (row: number, _: number, noise: number) => (row === onset ? -20 : 10 + noise),
    },
    {
      name: "a lasting step to another level",
      at: onset,
      valueAt: (row: number, _: number, noise: number) => (row >= onset ? 14 : 10) + noise,
    },
    {
      name: "a value between two modes where there has never been one",
      at: onset,
      valueAt: (row: number, _: number, noise: number) => (row === onset ? 50 : row % 6 < 3 ? 10 : 90) + noise,
    },
    {
      name: "office hours on which nobody works",
      at: onset + 9 * 12,
      valueAt: (row: number, hour: number, noise: number) =>
        (row >= onset && row < onset + rowsPerDay ? 20 : officeHours(hour)) + 4 * noise,
    },
    {
      name: "work in the middle of the night",
      at: onset + 24,
      valueAt: (row: number, hour: number, noise: number) =>
        (row >= onset + 24 && row < onset + 60 ? 80 : officeHours(hour)) + 4 * noise,
    },
    {
      name: "usual spikes, but one after the other",
      at: onset,
      valueAt: (row: number, _: number, noise: number) =>
        row % 40 === 0 || (row >= onset && row < onset + 12) ? 100 + noise : 0,
    },
    {
      name: "a noisy sensor that freezes inside its range",
      at: onset,
      valueAt: (row: number, hour: number, noise: number) =>
        row >= onset && row < onset + 100 ? 50 : 50 + 30 * Math.sin(hour / 4) + 10 * noise,
    },
  ])("$name", ({ at, valueAt }) => {
    const scores = scoresOf(series(weeks, valueAt));
    expect(highest(scores, at, at + 40)).toBeGreaterThan(alarming);
    const alarmsBefore = scores.slice(0, at).filter((score) => score > alarming).length;
    expect(alarmsBefore).toBeLessThanOrEqual(3);
  });
});

test("after one giant day, ten times the usual is still plain news", () => {
  const giant = 5 * rowsPerDay;
  const samples = series(weeks, (row, _, noise) => (row === giant ? 20_000 : row === onset ? 150 : 10 + noise));
  expect(scoresOf(samples)[onset]).toBeGreaterThan(0.8);
});

describe("ordinary behaviour stays quiet for two weeks", () => {
  test.each([
    { name: "a constant", valueAt: () => 45, most: 0 },
    { name: "even noise", valueAt: (_: number, __: number, noise: number) => 20 + 3 * noise, most: 3 },
    { name: "a square wave", valueAt: (row: number) => (row % 24 < 6 ? 80 : 20), most: 0 },
    { name: "a ramp", valueAt: (row: number) => 5 + row * 0.01, most: 0 },
    {
      name: "office hours with noise",
      valueAt: (_: number, hour: number, noise: number) => officeHours(hour) + 8 * noise,
      most: 3,
    },
    {
      name: "a daily spike at the same minute",
      valueAt: (row: number) => (row % rowsPerDay === 37 ? 100 : 1),
      most: 0,
    },
  ])("$name", ({ valueAt, most }) => {
    const scores = scoresOf(series(weeks, valueAt));
    expect(scores.filter((score) => score > alarming).length).toBeLessThanOrEqual(most);
  });
});

describe("nothing is claimed while everything is new", () => {
  test.each([
    { name: "the first day of five-minute samples", everyMs: stepMs, silent: rowsPerDay },
    { name: "the first hundred hourly samples", everyMs: 12 * stepMs, silent: 100 },
    { name: "288 samples at the most, however fast they come", everyMs: 1000, silent: 288 },
  ])("$name", ({ everyMs, silent }) => {
    const scorer = createScorer();
    const scores = Array.from({ length: 400 }, (_, row) => scorer.push(mondayMs + row * everyMs, row ** 3));
    expect(highest(scores, 0, silent)).toBe(0);
    expect(scorer.push(mondayMs + 400 * everyMs, -1e8)).toBeGreaterThan(alarming);
  });
});

test("an anomaly that goes on is reported once", () => {
  const scores = scoresOf(series(weeks, (row, _, noise) => (row >= onset && row % 2 === 0 ? 30 : 10) + noise));
  expect(scores.slice(onset, onset + 200).filter((score) => score > alarming)).toHaveLength(1);
});

test("a level met in one short outage is news again three weeks later", () => {
  const outages = [onset, onset + 21 * rowsPerDay];
  const isOut = (row: number) => outages.some((start) => row >= start && row < start + 12);
  const scores = scoresOf(series(35 * rowsPerDay, (row, _, noise) => (isOut(row) ? 2 : 50) + noise));
  for (const start of outages) expect(highest(scores, start, start + 12)).toBeGreaterThan(alarming);
});

test("a score never depends on later rows", () => {
  const random = seededRandom(7);
  const samples = series(2000, (_, hour, noise) => officeHours(hour) + 30 * noise ** 3 + (random() < 0.01 ? 90 : 0));
  const whole = scoresOf(samples);
  for (let attempt = 0; attempt < 20; attempt++) {
    const cut = Math.floor(random() * samples.length);
    expect(scoresOf(samples.slice(0, cut))).toEqual(whole.slice(0, cut));
  }
});

test("unit and offset of the quantity do not matter", () => {
  const samples = series(3000, (row, hour, noise) =>
    Math.round(8 * (officeHours(hour) + 20 * noise + (row % 701 ? 0 : 50))),
  );
  const scaled = samples.map(({ atMs, value }) => ({ atMs, value: 1_000_000 + 1024 * value }));
  expect(scoresOf(scaled)).toEqual(scoresOf(samples));
});

describe("bad input scores 0 and changes nothing", () => {
  test.each([
    { name: "NaN", atMs: mondayMs, value: Number.NaN },
    { name: "infinity", atMs: mondayMs, value: Number.POSITIVE_INFINITY },
    { name: "no time", atMs: Number.NaN, value: 1e6 },
  ])("$name", ({ atMs, value }) => {
    const samples = series(1500, (_, hour, noise) => officeHours(hour) + 9 * noise);
    const [clean, disturbed] = [createScorer(), createScorer()];
    for (const sample of samples) {
      expect(disturbed.push(atMs, value)).toBe(0);
      expect(disturbed.push(sample.atMs, sample.value)).toBe(clean.push(sample.atMs, sample.value));
    }
  });
});

test("missing days are no anomaly of the value", () => {
  const samples = series(weeks, (_, hour, noise) => officeHours(hour) + 8 * noise);
  const withGap = samples.filter((_, row) => row < onset || row >= onset + 2 * rowsPerDay);
  expect(highest(scoresOf(withGap), onset, withGap.length)).toBeLessThan(alarming);
});

test("repeated and late samples and a clock set back are scored like any others", () => {
  const samples = series(weeks, (_, __, noise) => 10 + noise).flatMap((sample, row) => {
    const setBackMs = row > onset ? 3_600_000 : 0;
    const moved = { atMs: sample.atMs - setBackMs, value: sample.value };
    if (row % 50 === 0) return [moved, moved];
    return row % 70 === 0 ? [moved, { ...moved, atMs: moved.atMs - 2 * stepMs }] : [moved];
  });
  const quiet = scoresOf(samples);
  expect(quiet.filter((score) => score > alarming).length).toBeLessThanOrEqual(3);
  const after = scoresOf([...samples, { atMs: mondayMs, value: 99 }]);
  expect(after.at(-1)).toBeGreaterThan(alarming);
});

test("any finite numbers give a score in 0..1", () => {
  const random = seededRandom(3);
  const wild = [Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 0, -0, 1e38, 1e-30];
  const scores = scoresOf(
    series(5000, () =>
      random() < 0.1 ? (wild[Math.floor(random() * wild.length)] ?? 0) : (random() - 0.5) * 10 ** (random() * 40 - 20),
    ),
  );
  for (const score of scores) expect(score >= 0 && score <= 1).toBe(true);
});
