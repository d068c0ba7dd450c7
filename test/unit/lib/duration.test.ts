import { expect, test } from "vitest";
import { duration } from "../../../src/lib/duration.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

test.each([
  [-5 * second, "0 s"],
  [449, "0 s"],
  [45 * second, "45 s"],
  [59_600, "1 min"],
  [2 * minute, "2 min"],
  [2 * minute + 10 * second, "2 min 10 s"],
  [59 * minute + 59 * second, "59 min 59 s"],
  [hour, "1 h"],
  [hour + 5 * minute, "1 h 5 min"],
  [23 * hour + 59 * minute + 40 * second, "1 d 0 h"],
  [24 * hour, "1 d 0 h"],
  [74 * hour, "3 d 2 h"],
])("%d ms are %s", (ms, text) => expect(duration(ms)).toBe(text));
