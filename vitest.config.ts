import { tmpdir } from "node:os";
import { join } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";

// The promised numbers take their time; each test still ends.
const full = process.env["KUBEMEND_PROMISES"] === "full";

export default defineConfig({
  test: {
    include: ["test/unit/**/*.test.ts", "test/promises/**/*.test.ts", "test/browser/**/*.test.ts"],
    // What has no smaller copy (*.full.test.ts) is of `npm run promises` alone, and nothing that `npm test` skips.
    exclude: [...configDefaults.exclude, ...(full ? [] : ["test/**/*.full.test.ts"])],
    globalSetup: ["test/support/global-postgres.ts"],
    testTimeout: full ? 3_600_000 : 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
    // Hundreds of processes of our own are started; each would strip the types of the same files again.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "kubemend-test-compile-cache") },
  },
});
