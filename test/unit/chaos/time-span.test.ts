import { expect, test } from "vitest";
import { timeSpan, timeSpanText } from "../../../src/chaos/time-span.ts";

const minute = 60_000;

test.each([
  [500, "1 s"],
  [119 * 1_000, "119 s"],
  [2 * minute, "2 min"],
  [119 * minute, "119 min"],
  [120 * minute, "2 h"],
  [150 * minute, "2 h 30 min"],
])("%d ms are %s", (ms, text) => expect(timeSpanText(ms)).toBe(text));

test("times are written with their unit, and bounded", () => {
  const schema = timeSpan(10_000, 60 * minute);
  expect(["30s", "5m", "1h"].map((text) => schema.parse(text))).toEqual([30_000, 5 * minute, 60 * minute]);
  for (const text of ["30", "5 m", "1.5h", "-5m", "1d", ""]) expect(schema.safeParse(text).success).toBe(false);
  for (const text of ["9s", "61m"])
    expect(schema.safeParse(text).error?.issues[0]?.message).toBe("must be from 10 s to 60 min");
});
