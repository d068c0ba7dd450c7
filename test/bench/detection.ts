import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { resultVariable } from "../evals/result.ts";
import type { BenchRow } from "./row.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const first = (...paths: readonly string[]) => paths.map((path) => join(root, path)).find((path) => existsSync(path));
const resultSchema = z.object({
  figures: z.array(z.object({ what: z.string(), value: z.string(), goal: z.string(), reached: z.boolean() })),
});

/** The figures that an eval reaches: what it finds is the same in every run, so that one run is the median. */
function figuresOf(name: string, args: readonly (string | undefined)[]): readonly BenchRow[] {
  const known = args.filter((arg) => arg !== undefined);
  // Benchmarks that are not in the repository are measured where they are.
  if (known.length < args.length) return [{ name: `${name}: its data are not here`, value: 0, unit: "", said: "-" }];
  const scratch = mkdtempSync(join(tmpdir(), "kubemend-bench-"));
  try {
    const path = join(scratch, "result.json");
    const { stderr } = spawnSync(process.execPath, known, {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, [resultVariable]: path },
      maxBuffer: 2 ** 26,
    });
    if (!existsSync(path)) throw new Error(`${name} did not run to its end: ${stderr.slice(0, 400)}`);
    return resultSchema.parse(JSON.parse(readFileSync(path, "utf8"))).figures.map(({ what, value, goal, reached }) => ({
      name: `${name}: ${what}`,
      value: Number.parseFloat(value),
      unit: "",
      said: value,
      goal: { text: goal, reached },
    }));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** How well it detects: recordings, the series of NAB, and the classifier of application health. */
export function benchDetection(): BenchRow[] {
  const nab = first("../shared/bench/nab");
  return [
    ...figuresOf("recordings", ["test/evals/detection.ts", first("../shared/recordings", "test/recordings")]),
    ...figuresOf("series", ["test/evals/nab/run.ts", nab]),
    ...figuresOf("templates", ["test/evals/templates/run.ts"]),
    ...figuresOf("health", ["test/evals/health.ts"]),
  ];
}
