/**
 * `npm run mutants [-- --most 40 --seed 1 src/actions src/lib ...]`: breaks the program on purpose, one small change at a time, in a
 * copy of the tree, and runs the tests nearest to each change. A change that no test notices is a hole in the tests, or says
 * nothing. Prints what each survivor changed, and the share that was noticed. About ten seconds a change. Functions are drawn by the
 * seed, area by area; the nearest unit tests are asked, so that promises and evals may notice more.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { seededRandom } from "../../src/lib/seeded-random.ts";
import setUpPostgres from "../support/global-postgres.ts";
import { readOptions } from "../support/read-options.ts";
import { nearestTests } from "./nearest-tests.ts";
import { makeScratch } from "./scratch.ts";
import { type Mutant, mutantsOf } from "./sites.ts";

const usage = `npm run mutants -- [--most <n>] [--seed <n>] [file or folder ...]

Breaks the program on purpose, one small change at a time, in a copy of the tree, and runs the tests nearest to each change.

  --most   changes at most (default 40), about ten seconds each
  --seed   which are drawn (default 1)

Without files all of src takes turns.`;

const { values, positionals } = readOptions(usage, {
  most: { type: "string", default: "40" },
  seed: { type: "string", default: "1" },
});
const root = resolve(import.meta.dirname, "../..");
const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" })
  .trim()
  .split("\n");
const sources = files.filter((file) => file.endsWith(".ts") && /^(src|test|k8s)\//.test(file));
/** Tests of whole processes take minutes and are near to everything: they are asked about their own area only. */
const slow = /^test\/unit\/(compose|cli|k8s|cluster-suite)\//;
const nearest = nearestTests(root, sources);
const mostTests = 12;

function testsOf(file: string): readonly string[] {
  const area = `test/unit/${file.split("/")[1]}/`;
  return nearest(file)
    .filter((test) => test.startsWith("test/unit/") && (!slow.test(test) || test.startsWith(area)))
    .slice(0, mostTests);
}

interface Target extends Mutant {
  readonly file: string;
}

/** Areas take turns, and so do their functions: a large file does not get more than its share. */
function sample(most: number, random: () => number): readonly Target[] {
  const within = positionals.length > 0 ? positionals : ["src"];
  const wanted = sources.filter((file) => within.some((folder) => file === folder || file.startsWith(`${folder}/`)));
  const areas = Map.groupBy(
    wanted.filter((file) => !file.includes("/migrations/") && testsOf(file).length > 0),
    (file) => file.split("/").slice(0, 3).join("/"),
  );
  const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
  const chosen = new Map<string, Target>();
  const order = [...areas.values()].map((own) => ({ own, at: random() })).sort((a, b) => a.at - b.at);
  for (let turn = 0; chosen.size < most && turn < 20 * most && order.length > 0; turn++) {
    const file = pick(order[turn % order.length]?.own ?? []);
    if (file === undefined) continue;
    const byFunction = Map.groupBy(mutantsOf(readFileSync(join(root, file), "utf8")), ({ inside }) => inside);
    const mutant = pick(pick([...byFunction.values()]) ?? []);
    if (mutant) chosen.set(`${file}:${mutant.inside}`, { ...mutant, file });
  }
  return [...chosen.values()];
}

let postgresUrl = "";
const stopPostgres = await setUpPostgres({
  provide: (_key: "postgresUrl", url: string) => {
    postgresUrl = url;
  },
} as unknown as TestProject);
const stopping = new AbortController();
process.once("SIGINT", () => stopping.abort());
const scratch = makeScratch(root, files, { postgresUrl, signal: stopping.signal });
const targets = sample(Number(values.most), seededRandom(Number(values.seed)));
const fates = { noticed: 0, survived: 0, unclear: 0 };
try {
  for (const target of targets) {
    if (stopping.signal.aborted) break;
    const { file, from, to, instead, line, inside } = target;
    const text = readFileSync(join(root, file), "utf8");
    const fate = await scratch.judge(file, text.slice(0, from) + instead + text.slice(to), testsOf(file));
    if (!fate) break;
    fates[fate.outcome]++;
    const change = `${text.slice(from, to).replaceAll(/\s+/g, " ")}  =>  ${instead.replaceAll(/\s+/g, " ") || "(nothing)"}`;
    console.log(`${fate.outcome.padEnd(8)} ${file}:${line} ${inside}  (${fate.by}, ${fate.seconds.toFixed(0)} s)`);
    if (fate.outcome !== "noticed") console.log(`         ${change}`);
  }
} finally {
  scratch.remove();
  await stopPostgres();
}
const judged = fates.noticed + fates.survived;
console.log(
  `${fates.noticed} of ${judged} changes noticed (${((100 * fates.noticed) / Math.max(1, judged)).toFixed(0)} %)${fates.unclear > 0 ? `, ${fates.unclear} unclear` : ""}`,
);
