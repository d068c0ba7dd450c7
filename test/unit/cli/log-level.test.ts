import { expect, test } from "vitest";
import { logLevel } from "../../../src/cli/log-level.ts";

test.each([
  [undefined, "warn"],
  ["", "warn"],
  [" ", "warn"],
  ["debug", "debug"],
  ["silent", "silent"],
])("KUBEMEND_LOG_LEVEL=%s means %s", (text, level) => expect(logLevel(text, "warn")).toBe(level));

test("a level that there is not is told with those that there are", () => {
  expect(() => logLevel("verbose", "warn")).toThrow(
    'KUBEMEND_LOG_LEVEL must be debug, info, warn, error or silent, not "verbose".',
  );
});
