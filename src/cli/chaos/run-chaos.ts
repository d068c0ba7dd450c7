import { shortResult } from "../../chaos/words.ts";
import { inputError } from "../../lib/app-error.ts";
import { visibleJson } from "../../lib/visible-text.ts";
import { openStoreOf } from "../open-configured.ts";
import { judgeChaos, type RunOptions } from "./judge-chaos.ts";
import { type ExperimentFile, readExperiments } from "./read-experiments.ts";
import { runOne } from "./run-one.ts";
import { refusedError, runDeps, say, stopRun } from "./setup.ts";

async function oneExperiment(path: string): Promise<ExperimentFile> {
  const [file, another] = await readExperiments([path]);
  if (file && !another) return file;
  throw inputError(
    "one-experiment",
    `${path} has several experiments.`,
    "Give one file, or use kubemend chaos gameday.",
  );
}

/** `kubemend chaos run <file>`. Exit code 0: the hypothesis held; 1: it did not, or something was not put back. */
export async function runChaos(path: string, options: RunOptions): Promise<number> {
  const judged = await judgeChaos(options, () => oneExperiment(path));
  const file = judged.more;
  await using store = await openStoreOf(judged.config);
  const deps = runDeps(judged, store, stopRun());
  const quiet = { ...deps, say: (line: string) => void process.stderr.write(`${line}\n`) };
  const outcome = await runOne(judged, options.json ? quiet : deps, file);
  if (outcome.type === "refused") throw refusedError(file.experiment.name, outcome.problems);
  const { result, runId } = outcome;
  if (options.json) say(visibleJson({ run: runId, name: file.experiment.name, ...result }, 2));
  else say(`run ${runId}: ${shortResult("done", result, null)}`);
  return result.verdict === "held" && result.clean ? 0 : 1;
}
