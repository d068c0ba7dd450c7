import { shortResult } from "../../chaos/words.ts";
import { inputError } from "../../lib/app-error.ts";
import { visibleJson } from "../../lib/visible-text.ts";
import { openConfigured } from "../open-configured.ts";
import { readExperiments } from "./read-experiments.ts";
import { type RunOptions, runOne } from "./run-one.ts";
import { refusedError, runDeps, say, stopRun } from "./setup.ts";

/** `kubemend chaos run <file>`. Exit code 0: the hypothesis held; 1: it did not, or something was not put back. */
export async function runChaos(path: string, options: RunOptions): Promise<number> {
  const [file, another] = await readExperiments([path]);
  if (!file || another)
    throw inputError(
      "one-experiment",
      `${path} has several experiments.`,
      "Give one file, or use kubemend chaos gameday.",
    );
  await using open = await openConfigured(options.config);
  const deps = runDeps(open, options, stopRun());
  const quiet = { ...deps, say: (line: string) => void process.stderr.write(`${line}\n`) };
  const outcome = await runOne(open, options.json ? quiet : deps, file, options);
  if (outcome.type === "refused") throw refusedError(file.experiment.name, outcome.problems);
  const { result, runId } = outcome;
  if (options.json) say(visibleJson({ run: runId, name: file.experiment.name, ...result }, 2));
  else say(`run ${runId}: ${shortResult("done", result, null)}`);
  return result.verdict === "held" && result.clean ? 0 : 1;
}
