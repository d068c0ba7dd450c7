import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.ts";
import { filesAlone, sharedFiles, sharedPromises } from "./test/support/shared-files.ts";

// The promised numbers take their time; each test still ends.
const full = process.env["KUBEMEND_PROMISES"] === "full";
const shared = full ? sharedFiles : [...sharedFiles, ...sharedPromises];

const project = (name: string, include: string[], own: { exclude?: string[]; isolate: boolean }) => ({
  test: {
    ...own,
    name,
    include,
    // What has no smaller copy (*.full.test.ts) is of `npm run promises` alone, and nothing that `npm test` skips.
    exclude: [...configDefaults.exclude, ...(own.exclude ?? []), ...(full ? [] : ["test/**/*.full.test.ts"])],
    setupFiles: ["test/support/patient-waits.ts"],
    testTimeout: full ? 3_600_000 : 180_000,
    hookTimeout: 120_000,
    pool: "forks" as const,
    // Node reads our files itself, as in production: a call from one module to another is then a plain call, and a quarter of the time is saved.
    experimental: { viteModuleRunner: false },
    // Hundreds of processes of our own are started; each would strip the types of the same files again.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "kubemend-test-compile-cache") },
  },
});

export default defineConfig({
  test: {
    globalSetup: ["test/support/global-postgres.ts"],
    sequence: { sequencer: LongestFirst },
    // Many files wait for processes, databases and browsers: one more than there are cores keeps all of them at work.
    maxWorkers: full ? 2 : availableParallelism() + 1,
    projects: [
      project("whole", ["test/{browser,promises,unit}/**/*.test.ts"], {
        exclude: shared,
        isolate: true,
      }),
      project("alone", filesAlone, { isolate: true }),
      project("shared", shared, { exclude: filesAlone, isolate: false }),
    ],
  },
});
