import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { brierScore, calibrationError, reliability, type Scored } from "./calibration/reliability.ts";
import { all, type EvalResult, type Figure, resultVariable } from "./result.ts";

const usage = `npm run evals -- [name ...] [--recordings <folder>] [--bench <folder>] [--verbose]

  detection   faults of recordings: found in time, as one incident, nothing in quiet parts
  rca         the same recordings: cause, culprit, fix, calibration of confidence
  injected    troubles planted into a quiet recording
  synthetic   faults without a recording, played over quiet stretches of real ones (minutes; only when named)
  mutated     the recordings under other names, with fewer samples, other words, without logs, with noise (minutes; only when named)
  calibration confidence on faults left out of its fitting, whole and with evidence taken away (kept answers; run.ts --collect plays them anew)
  bench       neutral cases of public benchmarks (needs their folder)
  robust      the same benchmarks recorded worse, with faults moved and with every constant 30 % off (minutes; only when named)
  nab         series with labelled anomaly windows (needs the benchmarks' folder)
  nab-like    made-up series of the kinds that the benchmark has and its folder lacks; those at hand recorded in other ways (half a minute; only when named)
  health      the classifier of application health on simulated applications that it has not seen
  templates   log lines of real programs, labelled by the statement that wrote them: grouping accuracy (goal not reached; only when named)
  templates-compared  how far two labellings of the same lines agree, and what Drain makes of them (only when named)
  layouts     log headers made by a grammar: what is left of them in templates (only when named)
  redaction   promises R1 to R4

Without names all run that take less than a minute each. Recordings and benchmarks are looked for in ../shared, recordings else in test/recordings.
Exit code 1 when a goal is missed.`;

const root = fileURLToPath(new URL("../..", import.meta.url));
const here = (path: string) => join(root, "test/evals", path);
const present = (path: string) => (existsSync(path) ? path : undefined);

interface Folders {
  readonly recordings: string;
  readonly bench: string | undefined;
}

interface Eval {
  readonly name: string;
  /** Takes minutes, or measures against a goal that is not reached yet. */
  readonly onlyWhenNamed?: boolean;
  /** What Node is called with; undefined when it cannot run here. */
  readonly command: (folders: Folders, resultPath: string) => readonly string[] | undefined;
  /** Reads the figures; most scripts write them down themselves. */
  readonly result?: (text: string) => EvalResult;
}

const figureSchema = z.strictObject({ what: z.string(), value: z.string(), goal: z.string(), reached: z.boolean() });
const resultSchema = z.strictObject({
  figures: z.array(figureSchema),
  answers: z.array(z.strictObject({ probability: z.number(), right: z.boolean() })).optional(),
});

function handedOver(text: string): EvalResult {
  const { figures, answers } = resultSchema.parse(JSON.parse(text));
  return { figures, ...(answers ? { answers } : {}) };
}

const vitestSchema = z.object({ numTotalTests: z.int(), numPassedTests: z.int() });

function tested(text: string): EvalResult {
  const { numTotalTests, numPassedTests } = vitestSchema.parse(JSON.parse(text));
  return { figures: [all("redaction: tests of promises R1 to R4", numPassedTests, numTotalTests)] };
}

const evals: readonly Eval[] = [
  { name: "detection", command: ({ recordings }) => [here("detection.ts"), recordings] },
  { name: "rca", command: ({ recordings }) => [here("rca.ts"), recordings] },
  { name: "injected", command: () => [here("rca-injected.ts")] },
  { name: "synthetic", onlyWhenNamed: true, command: () => [here("synthetic.ts")] },
  {
    name: "mutated",
    onlyWhenNamed: true,
    command: ({ recordings }) => [here("mutated.ts"), recordings],
  },
  { name: "calibration", command: ({ recordings }) => [here("calibration/run.ts"), recordings] },
  { name: "bench", command: ({ bench }) => (bench ? [here("bench/run.ts"), bench, "--brief"] : undefined) },
  {
    name: "robust",
    onlyWhenNamed: true,
    command: ({ bench }) => (bench ? [here("bench/robust.ts"), bench] : undefined),
  },
  {
    name: "nab",
    command: ({ bench }) =>
      bench && present(join(bench, "nab")) ? [here("nab/run.ts"), join(bench, "nab")] : undefined,
  },
  {
    name: "nab-like",
    onlyWhenNamed: true,
    command: ({ bench }) =>
      bench && present(join(bench, "nab")) ? [here("nab/like.ts"), join(bench, "nab")] : undefined,
  },
  { name: "health", command: () => [here("health.ts")] },
  { name: "templates", onlyWhenNamed: true, command: () => [here("templates/run.ts")] },
  { name: "templates-compared", onlyWhenNamed: true, command: () => [here("templates/compared.ts")] },
  { name: "layouts", onlyWhenNamed: true, command: () => [here("templates/layouts.ts")] },
  {
    name: "redaction",
    command: (_folders, resultPath) => [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      "test/promises/R",
      "--reporter=json",
      `--outputFile=${resultPath}`,
    ],
    result: tested,
  },
];

/** Runs one script to its end and keeps what it printed. */
function run(args: readonly string[], resultPath: string): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [...args], {
      cwd: root,
      env: { ...process.env, [resultVariable]: resultPath },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", failed);
    child.on("close", (code) => done({ code: code ?? 1, output: Buffer.concat(chunks).toString("utf8") }));
  });
}

interface Ran {
  readonly name: string;
  readonly figures: readonly Figure[];
  readonly answers: readonly Scored[];
}

async function runEval(one: Eval, folders: Folders, verbose: boolean): Promise<Ran | undefined> {
  const scratch = await mkdtemp(join(tmpdir(), "kubemend-evals-"));
  const resultPath = join(scratch, "result.json");
  const startedMs = performance.now();
  try {
    const command = one.command(folders, resultPath);
    if (!command) {
      console.log(`${one.name.padEnd(10)} skipped: no benchmark folder (give --bench <folder>)`);
      return undefined;
    }
    const { code, output } = await run(command, resultPath);
    const text = await readFile(resultPath, "utf8").catch(() => undefined);
    const result = text === undefined ? undefined : (one.result ?? handedOver)(text);
    const figures = [...(result?.figures ?? [])];
    // A script that broke has reached no goal, whatever it said before.
    if (!result || (code !== 0 && figures.every((figure) => figure.reached)))
      figures.push({ what: `${one.name}: runs to its end`, value: `exit code ${code}`, goal: "0", reached: false });
    const reached = figures.every((figure) => figure.reached);
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    if (verbose || !reached) console.log(output.trimEnd());
    console.log(`${one.name.padEnd(10)} ${reached ? "all goals reached" : "GOALS MISSED"} (${seconds} s)`);
    return { name: one.name, figures, answers: result?.answers ?? [] };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function printCalibration(answers: readonly Scored[]): void {
  if (answers.length === 0) return;
  console.log(`\nConfidence of the first cause against how often it was right (${answers.length} diagnoses)\n`);
  console.log("| said | mean said | right | count |");
  console.log("|---|---|---|---|");
  for (const { from, to, meanProbability, rightShare, count } of reliability(answers))
    console.log(
      `| ${from.toFixed(1)}-${to.toFixed(1)} | ${meanProbability.toFixed(2)} | ${rightShare.toFixed(2)} | ${count} |`,
    );
  console.log(
    `\nBrier score ${brierScore(answers).toFixed(3)}, expected calibration error ${calibrationError(answers).toFixed(3)}`,
  );
}

function readArguments() {
  const options = {
    recordings: { type: "string" },
    bench: { type: "string" },
    verbose: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function refuse(why: string): never {
  console.error(`${why}\n\n${usage}`);
  process.exit(2);
}

const { values, positionals } = readArguments();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const unknown = positionals.filter((name) => !evals.some((one) => one.name === name));
if (unknown.length > 0) refuse(`There is no eval ${unknown.join(", ")}.`);
const shared = join(root, "../shared");
const folders: Folders = {
  recordings: resolve(values.recordings ?? present(join(shared, "recordings")) ?? join(root, "test/recordings")),
  bench: values.bench ? resolve(values.bench) : present(join(shared, "bench")),
};
const ran: Ran[] = [];
for (const one of evals) {
  if (positionals.length > 0 ? !positionals.includes(one.name) : one.onlyWhenNamed) continue;
  const done = await runEval(one, folders, values.verbose);
  if (done) ran.push(done);
}
console.log("\n| eval | figure | value | goal | |");
console.log("|---|---|---|---|---|");
for (const { name, figures } of ran)
  for (const { what, value, goal, reached } of figures)
    console.log(`| ${name} | ${what} | ${value} | ${goal} | ${reached ? "reached" : "MISSED"} |`);
printCalibration(ran.flatMap(({ answers }) => answers));
process.exitCode = ran.some(({ figures }) => figures.some((figure) => !figure.reached)) ? 1 : 0;
