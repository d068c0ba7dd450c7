/**
 * `npm test`: types, lint, then every test; ends with the line "N passed, N failed, N skipped".
 * A failing check counts as one failed test, so that the closing line never looks better than the truth.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureChromium } from "./chromium.ts";

const bin = join(import.meta.dirname, "../../node_modules/.bin");
let passed = 0;
let failed = 0;
let skipped = 0;

function check(name: string, command: string, args: readonly string[]): void {
  const startedAt = performance.now();
  const { status } = spawnSync(join(bin, command), args, { stdio: "inherit" });
  console.log(`${status === 0 ? "ok" : "FAILED"}: ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  if (status === 0) passed++;
  else failed++;
}

check("types", "tsc", ["--noEmit"]);
check("lint and format", "biome", ["check", "--error-on-warnings", "."]);
check("floating promises", "oxlint", ["--type-aware", "--deny-warnings"]);

const chromium = ensureChromium();
if (!chromium.path) console.log(`Browser tests are skipped: ${chromium.why}`);

const folder = mkdtempSync(join(tmpdir(), "kubemend-test-"));
const report = join(folder, "report.json");
const selection = process.argv.slice(2);
const run = spawnSync(
  join(bin, "vitest"),
  ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...selection],
  {
    stdio: "inherit",
    env: { ...process.env, KUBEMEND_CHROMIUM: chromium.path ?? "", FORCE_COLOR: "0" },
  },
);
try {
  const result = JSON.parse(readFileSync(report, "utf8")) as Record<string, number>;
  passed += result["numPassedTests"] ?? 0;
  failed += result["numFailedTests"] ?? 0;
  skipped += (result["numPendingTests"] ?? 0) + (result["numTodoTests"] ?? 0);
  // A file that does not load has no tests of its own to fail.
  if (run.status !== 0 && (result["numFailedTests"] ?? 0) === 0) failed++;
} catch {
  // Without a report the run itself broke; vitest has said why above.
  failed++;
}
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
