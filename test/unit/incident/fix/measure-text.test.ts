import { expect, test } from "vitest";
import { measuresText, valueText } from "../../../../src/incident/fix/measure-text.ts";

test.each([
  [0.384, "ratio", "38 %"],
  [0.0312, "ratio", "3.1 %"],
  [1.5 * 1024 ** 3, "bytes", "1.5 GiB"],
  [1024 ** 3, "bytes", "1 GiB"],
  [300.4 * 1024 ** 2, "bytes", "300 MiB"],
  [0.0456, "s", "46 ms"],
  [1, "s", "1 s"],
  [12.34, "s", "12 s"],
  [99.6, "count", "100"],
  [123.4, "count", "123"],
  [-123.4, "count", "-123"],
  [2.5, "1/s", "2.5 a second"],
  [3, "replicas", "3 replicas"],
  [3, "", "3"],
])("%d %s are %s", (value, unit, text) => expect(valueText(value, unit)).toBe(text));

test("what was measured before and after, one thing after the other", () => {
  expect(
    measuresText([
      { name: "error ratio", unit: "ratio", before: 0.38, after: 0 },
      { name: "memory", unit: "bytes", before: 2 ** 30, after: 2 ** 29 },
    ]),
  ).toBe("error ratio 38 % before, 0 % after; memory 1 GiB before, 512 MiB after");
});
