import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readBounded } from "../../adapters/read-bounded.ts";
import type { Experiment } from "../../chaos/experiment.ts";
import { parseExperiment } from "../../chaos/parse-experiment.ts";
import { inputError } from "../../lib/app-error.ts";
import { whyRefused } from "../../lib/why-refused.ts";

export interface ExperimentFile {
  readonly file: string;
  readonly experiment: Experiment;
  readonly body: unknown;
}

const maxFiles = 200;
/** Of a file; no experiment is longer, and what is no experiment may have no end. */
const maxBytes = 1_000_000;

/** @throws when it cannot be read, or is too long */
const textOf = (file: string): Promise<string> =>
  readBounded(createReadStream(file), maxBytes, () => new Error(`it is longer than ${maxBytes} bytes`));

async function filesIn(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).toSorted();
    return names.map((name) => join(path, name));
  } catch (cause) {
    throw inputError(
      "experiment-missing",
      `${path} cannot be read: ${whyRefused(cause, 120)}.`,
      "Give a file or a folder of experiments; k8s/chaos has some.",
      cause,
    );
  }
}

/** Reads experiments from files and folders. @throws AppError (exit code 2) that lists every problem of every file */
export async function readExperiments(paths: readonly string[]): Promise<readonly ExperimentFile[]> {
  const files = (await Promise.all(paths.map(filesIn))).flat();
  if (files.length > maxFiles)
    throw inputError(
      "experiments-too-many",
      `These are ${files.length} experiments; ${maxFiles} are the most at one time.`,
      "Give some of them, or folders with fewer.",
    );
  const found: ExperimentFile[] = [];
  const problems: string[] = [];
  for (const file of files) {
    const read = await textOf(file).then(
      (text) => ({ text }),
      (error: unknown) => ({ problem: whyRefused(error, 120) }),
    );
    if ("problem" in read) {
      problems.push(`  - ${file}: ${read.problem}`);
      continue;
    }
    const parsed = parseExperiment(read.text);
    if (parsed.ok) found.push({ file, experiment: parsed.experiment, body: parsed.body });
    else problems.push(...parsed.problems.map((problem) => `  - ${file}: ${problem}`));
  }
  const names = found.map(({ experiment }) => experiment.name);
  for (const name of new Set(names.filter((one, at) => names.indexOf(one) !== at)))
    problems.push(`  - ${name}: two files have this name; give each its own`);
  if (problems.length > 0 || found.length === 0)
    throw inputError(
      "experiment-invalid",
      problems.length > 0
        ? `There ${problems.length === 1 ? "is a problem" : `are ${problems.length} problems`}:\n${problems.join("\n")}`
        : "There is no experiment (*.yaml) there.",
      "docs/chaos.md describes every setting.",
    );
  return found;
}
