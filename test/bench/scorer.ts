import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createScorer } from "../../src/detection/metrics/univariate/scorer.ts";
import { seededRandom } from "../../src/lib/seeded-random.ts";
import { type BenchRow, median, rounded, timed } from "./row.ts";

const points = 50_000;
const rounds = 5;
const stepMs = 300_000;

/** Half a year of five-minute points with a day, a week, noise and some spikes. */
function series(seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length: points }, (_, i) => {
    const day = Math.sin((2 * Math.PI * i) / 288);
    const week = Math.sin((2 * Math.PI * i) / 2_016);
    return 50 + 20 * day + 5 * week + 4 * random() + (random() < 0.001 ? 60 : 0);
  });
}

/** The scorer behind `kubemend detect`, a point at a time. Median of 5 series on one core. */
export async function benchScorer(): Promise<BenchRow[]> {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const values = series(round + 1);
    const scorer = createScorer();
    let highest = 0;
    const ms = await timed(() => {
      for (let i = 0; i < points; i++) highest = Math.max(highest, scorer.push(i * stepMs, values[i] as number));
    });
    if (!(highest > 0.5)) throw new Error("the scorer has not noticed a spike of three times the range");
    if (round > 0) times.push(ms);
  }
  return [
    { name: "scorer: one point of one series", value: rounded((median(times) / points) * 1_000), unit: "µs" },
    ...(await benchFile()),
  ];
}

const fileRows = 1_000_000;
/** A process of its own that tells the most memory it has had, as `kubemend detect` runs. */
const program = `import { detect } from ${JSON.stringify(new URL("../../src/cli/detect.ts", import.meta.url).href)};
const began = performance.now();
const { scored } = await detect(process.argv[1], { out: process.argv[2] }, { stdout: process.stdout, stderr: { write() {} } });
process.stdout.write(JSON.stringify({ scored, ms: performance.now() - began, rss: process.resourceUsage().maxRSS / 1024 }));`;

/** `kubemend detect` on a file of a million rows, a second apart. Median of 3. */
async function benchFile(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), "kubemend-bench-"));
  try {
    const random = seededRandom(1);
    const rows = Array.from(
      { length: fileRows },
      (_, i) => `${1_700_000_000 + i},${(10 + 5 * Math.sin(i / 5_000) + random()).toFixed(3)}`,
    );
    const file = join(folder, "series.csv");
    await writeFile(file, `timestamp,value\n${rows.join("\n")}\n`);
    const runs = Array.from({ length: 3 }, () => {
      const args = ["--input-type=module", "--eval", program, file, join(folder, "scores.csv")];
      const { stdout, stderr } = spawnSync(process.execPath, args, {
        encoding: "utf8",
        cwd: fileURLToPath(new URL("../..", import.meta.url)),
      });
      const told: unknown = stdout === "" ? undefined : JSON.parse(stdout);
      if (typeof told !== "object" || told === null)
        throw new Error(`detect has told nothing: ${stderr.slice(0, 400)}`);
      return told as { readonly scored: number; readonly ms: number; readonly rss: number };
    });
    if (runs.some(({ scored }) => scored !== fileRows)) throw new Error("not every row of the file was scored");
    return [
      {
        name: "detect: a file of 1,000,000 rows",
        value: rounded(fileRows / (median(runs.map(({ ms }) => ms)) / 1_000)),
        unit: "rows/s",
      },
      { name: "detect: RSS meanwhile", value: rounded(median(runs.map(({ rss }) => rss))), unit: "MiB" },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}
