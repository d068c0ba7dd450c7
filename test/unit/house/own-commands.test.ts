import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
const commands = [
  ["bench", "test/bench/main.ts"],
  ["evals", "test/evals/main.ts"],
  ["cluster", "test/cluster/main.ts"],
  ["mutants", "test/mutants/main.ts"],
  ["promises", "test/support/run-promises.ts"],
  ["admission", "test/admission/main.ts"],
] as const;

test.each(commands)("npm run %s tells how it is used, and what it does not know", async (name, file) => {
  const { stdout } = await run(process.execPath, [join(root, file), "--help"]);
  expect(stdout).toContain(`npm run ${name} -- `);
  const refused = await run(process.execPath, [join(root, file), "--nope"]).then(
    () => undefined,
    (error: { code: number; stderr: string }) => error,
  );
  expect(refused?.code).toBe(2);
  expect(refused?.stderr).toContain("--nope");
  expect(refused?.stderr).toContain(`npm run ${name} -- `);
});
