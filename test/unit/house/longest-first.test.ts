import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { longest } from "../../support/longest-first.ts";

test("what is run first because it takes longest is there", () => {
  const root = join(import.meta.dirname, "../../..");
  expect(longest.filter((name) => !existsSync(join(root, name)))).toEqual([]);
});
