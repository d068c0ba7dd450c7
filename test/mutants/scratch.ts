import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface Fate {
  /** `unclear`: its tests fail without the change as well. */
  readonly outcome: "noticed" | "survived" | "unclear";
  /** The test file that failed first, or how many were run. */
  readonly by: string;
  readonly seconds: number;
}

/** A copy of the tree whose files may be broken. */
export interface Scratch {
  /** Puts `broken` in the place of a file, runs tests up to the first that fails, and puts the file back. Undefined when stopped. */
  judge(file: string, broken: string, tests: readonly string[]): Promise<Fate | undefined>;
  remove(): void;
}

/** A change that makes a program run for ever is noticed by whoever waits for it. */
const deadlineMs = 180_000;
/** Large, and never changed: the copy borrows them. */
const borrowed = ["node_modules", "models", "data", "docs", "test/recordings", "test/corpus"];

/** How many of the nearest tests are run at once. */
const stages = [
  [0, 2],
  [2, 6],
  [6, 12],
] as const;

const setup = `export default (project) => project.provide("postgresUrl", process.env.MUTANTS_POSTGRES);\n`;
const config = `import { defineConfig } from "vitest/config";
export default defineConfig({
  test: { globalSetup: ["./mutants-postgres.mjs"], testTimeout: 30_000, hookTimeout: 60_000, pool: "forks", maxWorkers: 2,
    env: { NODE_COMPILE_CACHE: ${JSON.stringify(join(tmpdir(), "kubemend-test-compile-cache"))} } },
});
`;

export function makeScratch(
  root: string,
  files: readonly string[],
  { postgresUrl, signal }: { readonly postgresUrl: string; readonly signal: AbortSignal },
): Scratch {
  const folder = mkdtempSync(join(tmpdir(), "kubemend-mutants-"));
  const isBorrowed = (file: string) => borrowed.some((place) => file.startsWith(`${place}/`));
  for (const file of files.filter((one) => !isBorrowed(one))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(root, file), join(folder, file));
  }
  for (const place of borrowed) symlinkSync(join(root, place), join(folder, place));
  writeFileSync(join(folder, "mutants-postgres.mjs"), setup);
  writeFileSync(join(folder, "vitest.config.ts"), config);
  const sound = new Set<string>();
  const unsound = new Set<string>();

  /** The first test file that fails; undefined when none does. */
  async function firstFailing(tests: readonly string[]): Promise<string | undefined> {
    const report = join(folder, "report.json");
    rmSync(report, { force: true });
    const run = spawn(
      join(root, "node_modules/.bin/vitest"),
      ["run", "--bail=1", "--reporter=json", `--outputFile.json=${report}`, ...tests],
      { cwd: folder, env: { ...process.env, MUTANTS_POSTGRES: postgresUrl }, stdio: "ignore", detached: true },
    );
    let late = false;
    // The whole group: a worker that turns in circles hears nobody.
    const end = () => void (run.pid && process.kill(-run.pid, "SIGKILL"));
    const timer = setTimeout(() => {
      late = true;
      end();
    }, deadlineMs);
    signal.addEventListener("abort", end, { once: true });
    await once(run, "exit");
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    if (late) return "time ran out";
    if (!existsSync(report)) return "the run broke off";
    const { testResults } = JSON.parse(readFileSync(report, "utf8")) as {
      readonly testResults: readonly { readonly name: string; readonly status: string }[];
    };
    return testResults.find(({ status }) => status === "failed")?.name.slice(folder.length + 1);
  }

  /** The nearest tests first: most changes are noticed by them, and what is further away takes its time. */
  async function inStages(tests: readonly string[]): Promise<string | undefined> {
    for (const [from, to] of stages) {
      const own = tests.slice(from, to);
      const failing = own.length > 0 ? await firstFailing(own) : undefined;
      if (failing !== undefined) return failing;
    }
    return undefined;
  }

  return {
    async judge(file, broken, tests) {
      const startedAt = performance.now();
      const fate = (outcome: Fate["outcome"], by: string): Fate => ({
        outcome,
        by,
        seconds: (performance.now() - startedAt) / 1_000,
      });
      const place = join(folder, file);
      const whole = readFileSync(place);
      for (;;) {
        const useful = tests.filter((test) => !unsound.has(test));
        if (useful.length === 0) return fate("unclear", "no test that passes without the change");
        writeFileSync(place, broken);
        const failing = await inStages(useful);
        writeFileSync(place, whole);
        if (signal.aborted) return undefined;
        if (failing === undefined) return fate("survived", `${useful.length} test files`);
        // What fails in any case says nothing about the change.
        if (!useful.includes(failing) || sound.has(failing)) return fate("noticed", failing);
        ((await firstFailing([failing])) === undefined ? sound : unsound).add(failing);
        if (sound.has(failing)) return fate("noticed", failing);
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
