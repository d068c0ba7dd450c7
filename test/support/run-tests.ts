/**
 * `npm test`: every test, and beside them types and lint; ends with the line "N passed, N failed, N skipped".
 * A failing check counts as one failed test, so that the closing line never looks better than the truth.
 */
import { type StdioOptions, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureChromium } from "./chromium.ts";

const bin = join(import.meta.dirname, "../../node_modules/.bin");
let passed = 0;
let failed = 0;
let skipped = 0;

/** Runs a program of node_modules/.bin to its end; `said` is what it wrote, where it does not write by itself. */
function run(command: string, args: readonly string[], stdio: StdioOptions, env = process.env) {
  const child = spawn(join(bin, command), args, { stdio, env });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  return new Promise<{ readonly status: number | null; readonly said: string }>((done) => {
    child.on("error", (error) => done({ status: null, said: error.message }));
    child.on("close", (status) => done({ status, said }));
  });
}

/** What the checks have to say comes after the tests, where it is seen. */
async function checks(): Promise<string> {
  let told = "";
  for (const [name, command, ...args] of [
    ["types", "tsc", "--noEmit"],
    ["lint and format", "biome", "check", "--error-on-warnings", "."],
    ["floating promises", "oxlint", "--type-aware", "--deny-warnings"],
  ] as const) {
    const startedAt = performance.now();
    const { status, said } = await run(command, args, ["ignore", "pipe", "pipe"]);
    const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
    told += status === 0 ? `ok: ${name} (${took})\n` : `${said.trimEnd()}\nFAILED: ${name} (${took})\n`;
    if (status === 0) passed++;
    else failed++;
  }
  return told;
}

const chromium = ensureChromium();
if (!chromium.path) console.log(`Browser tests are skipped: ${chromium.why}`);

const folder = mkdtempSync(join(tmpdir(), "kubemend-test-"));
const report = join(folder, "report.json");
const selection = process.argv.slice(2);
const [{ status }, told] = await Promise.all([
  run(
    "vitest",
    ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...selection],
    "inherit",
    { ...process.env, KUBEMEND_CHROMIUM: chromium.path ?? "", FORCE_COLOR: "0" },
  ),
  checks(),
]);
try {
  const result = JSON.parse(readFileSync(report, "utf8")) as Record<string, number>;
  passed += result["numPassedTests"] ?? 0;
  failed += result["numFailedTests"] ?? 0;
  skipped += (result["numPendingTests"] ?? 0) + (result["numTodoTests"] ?? 0);
  // A file that does not load has no tests of its own to fail.
  if (status !== 0 && (result["numFailedTests"] ?? 0) === 0) failed++;
} catch {
  // Without a report the run itself broke; vitest has said why above.
  failed++;
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(told);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
