import { describe, expect, test } from "vitest";
import { cronOrOff } from "../../../src/config/cron.ts";

const isTaken = (text: string) => cronOrOff.safeParse(text).success;

describe("when a digest is sent", () => {
  test.each([
    "off",
    "0 8 * * *",
    "0 8 * * 1-5",
    "*/15 6-20 1,15 * mon,thu",
    "0 8 * jan-mar fri",
    "0 8 29 2 *",
    "0 8 31 1-2 *",
    "0 8 31 2 1",
    "0 8 * * 0-7",
    "0 8 * * 7",
    "5/10 8 * * *",
  ])("%s", (text) => expect(isTaken(text)).toBe(true));

  // The scheduler refuses each of these, at the first start that uses it.
  test.each([
    ["a minute that is none", "60 8 * * *"],
    ["an hour that is none", "0 24 * * *"],
    ["day 0", "0 8 0 * *"],
    ["a name in the wrong field", "0 8 * fri *"],
    ["four fields", "0 8 * *"],
    ["six fields", "0 0 8 * * *"],
    ["a step of nothing", "0 8 * * 1/0"],
    ["two steps", "0/5/5 8 * * *"],
    ["two ranges in one", "1-2-3 8 * * *"],
    ["a range that falls", "0 8 * * fri-mon"],
    ["a range over the end of the year", "0 8 * nov-feb *"],
    ["an hour named twice", "0 8,8 * * *"],
    ["Sunday under both its numbers", "0 8 * * 0,7"],
    ["a day that no such month has", "0 8 31 2,4 *"],
    ["words", "every day"],
  ])("not %s: %s", (_name, text) => expect(isTaken(text)).toBe(false));
});
