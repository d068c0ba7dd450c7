import { expect, test } from "vitest";
import { short } from "../../../../src/detection/state/container-states.ts";
import { createRedactor } from "../../../../src/rca/redact/redactor.ts";

const { redact } = createRedactor({ salt: "short" });
const token = `ghp_${"a1B2c3D4e5".repeat(4)}`;

test("a word that does not fit goes as a whole: half a token is not recognised as one", () => {
  for (let before = 60; before < 160; before++) {
    const told = short(`${"x ".repeat(before / 2)}refused ${token} of the release`);
    expect(redact(told)).not.toContain(token.slice(0, 8));
    expect(told.length).toBeLessThanOrEqual(160);
  }
});

test("a text that fits stays, blanks become one, and a cut shows", () => {
  expect(short("Back-off  pulling\nimage", 30)).toBe("Back-off pulling image");
  expect(short("one two three", 8)).toBe("one two…");
  expect(short("one two three", 9)).toBe("one two…");
  expect(short(undefined)).toBe("");
});
