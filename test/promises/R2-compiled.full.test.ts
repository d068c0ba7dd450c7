import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { test } from "vitest";

const root = join(import.meta.dirname, "../..");

// `npm test` compiles everything before its tests; run alone, what R2 expects not to compile has to be compiled here.
test("R2: the compiler agrees with every line that is expected not to compile", async () => {
  await promisify(execFile)(join(root, "node_modules/.bin/tsc"), ["--noEmit", "--project", root]);
}, 300_000);
