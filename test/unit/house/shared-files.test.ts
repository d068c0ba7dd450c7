import { readFileSync } from "node:fs";
import { join, matchesGlob, relative } from "node:path";
import { expect, test } from "vitest";
import { filesAlone, sharedFiles, sharedPromises } from "../../support/shared-files.ts";
import { root, sourceFiles } from "./source-files.ts";

/** What a file cannot put back when it is done, so that the next one in its process would not meet Node as it is. */
const lasting = [/^import .* from "nock";/m, /\bvi\.mock\(/];

test("no file that shares its process leaves it changed", () => {
  const files = sourceFiles(join(root, "test")).map((path) => relative(root, path));
  const globs = [...sharedFiles, ...sharedPromises];
  const sharing = files.filter((file) => globs.some((glob) => matchesGlob(file, glob)));
  const changing = sharing.filter((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return lasting.some((change) => change.test(text));
  });
  expect(sharing.length).toBeGreaterThan(400);
  expect(changing).toEqual([...filesAlone]);
});
