import { expect, test } from "vitest";
import {
  createSeasonalProfile,
  expectedAt,
  learnSeason,
  skillOf,
} from "../../../../src/detection/metrics/univariate/seasonal-profile.ts";
import { mondayMs, officeHours, type Sample, series } from "./series-fixtures.ts";

const dayMs = 86_400_000;

function profileOf(samples: readonly Sample[]) {
  const profile = createSeasonalProfile(dayMs, 24, 0.3);
  for (const { atMs, value } of samples) learnSeason(profile, atMs, value, 40, 0.01);
  return profile;
}

test("nothing is expected of an hour that has not been seen to its end on an earlier day", () => {
  const profile = profileOf(series(6, () => 5));
  expect(expectedAt(profile, mondayMs + 1000)).toBeNaN();
  expect(expectedAt(profile, mondayMs + 20 * 3_600_000)).toBeNaN();
});

test("an hour expects its own mean, also before 1970", () => {
  const profile = profileOf(series(5 * 288, (_, hour) => Math.floor(hour)));
  expect(expectedAt(profile, mondayMs + 7.5 * 3_600_000)).toBeCloseTo(7, 5);
  expect(expectedAt(profile, -1.5 * 3_600_000)).toBeCloseTo(22, 5);
});

test("a slot boundary belongs to the slot that begins there", () => {
  const profile = createSeasonalProfile(7 * dayMs, 168, 0.2);
  for (let hour = 0; hour < 168; hour++) learnSeason(profile, hour * 3_600_000, hour, 0, 0.1);
  learnSeason(profile, 168 * 3_600_000, 0, 0, 0.1);
  for (let hour = 0; hour < 168; hour++) expect(expectedAt(profile, hour * 3_600_000)).toBe(hour);
});

test("skill is near 1 where the hour decides the value and near 0 where it does not", () => {
  expect(skillOf(profileOf(series(7 * 288, (_, hour, noise) => officeHours(hour) + noise)))).toBeGreaterThan(0.9);
  expect(skillOf(profileOf(series(7 * 288, (_, __, noise) => 40 + 10 * noise)))).toBeLessThan(0.1);
});

test("one strange day moves the expectation by less than a third", () => {
  const profile = profileOf(series(6 * 288, (row, hour) => (row >= 4 * 288 && row < 5 * 288 ? 20 : officeHours(hour))));
  expect(expectedAt(profile, mondayMs + 12 * 3_600_000)).toBeGreaterThan(60);
});
