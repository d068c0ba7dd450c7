import { describe, expect, test } from "vitest";
import { numberOption } from "../../../src/cli/number-option.ts";

const port = { command: "demo", min: 0, max: 65_535, whole: true } as const;

describe("a number of the command line", () => {
  test.each([
    ["0", 0],
    ["8080", 8_080],
    [" 8080 ", 8_080],
  ])("%j is taken", (text, want) => expect(numberOption("port", text, port)).toBe(want));

  test.each(["", "  ", "1.5", "-1", "65536", "NaN", "Infinity", "eight"])("%j is refused, with its bounds", (text) => {
    expect(() => numberOption("port", text, port)).toThrow(
      expect.objectContaining({
        code: "option-invalid",
        exitCode: 2,
        message: `--port must be a whole number from 0 to 65535, not ${JSON.stringify(text)}.`,
        remedy: "See kubemend demo --help.",
      }),
    );
  });

  test("fractions are taken where they mean something", () => {
    expect(numberOption("minutes", "0.5", { command: "record", min: 0.1, max: 60 })).toBe(0.5);
  });
});
