import { readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { healthDecisions } from "../detection/health/decision.ts";
import { healthCsvFormat, readHealthCsv } from "../detection/health/health-csv.ts";
import { defaultHealthModelFolder, type HealthModelFile, readHealthModel } from "../detection/health/health-model.ts";
import { type HealthSample, simulateHealth, simulationNote } from "../detection/health/simulate-health.ts";
import { healthTraining, measureHealth, splitByTime, trainHealth } from "../detection/health/train-health.ts";
import { inputError } from "../lib/app-error.ts";
import { whyRefused } from "../lib/why-refused.ts";
import { capturedHealth } from "./captured-health.ts";
import { makeFolder } from "./make-folder.ts";
import { startProgress } from "./progress.ts";

export interface TrainHealthOptions {
  /** CSV of labelled samples. */
  readonly samples?: string;
  /** What live capture has kept, labelled by what helped. Without either, a simulation. */
  readonly fromDatabase?: boolean;
  readonly config?: string;
  readonly out?: string;
  readonly force?: boolean;
}

/** Too few for three parts, each with something of every kind in it. */
const leastSamples = 200;
/** Figures on fewer cases than this that needed something are luck. */
const leastCases = 10;

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw inputError(
      "no-samples",
      `The samples ${file} cannot be read: ${whyRefused(error, 200)}.`,
      "Give a readable CSV file.",
    );
  }
}

/** @throws AppError when nothing could be learnt from the samples, or nothing be said about how good that is */
function requireEnough(samples: readonly HealthSample[], remedy: string): void {
  if (samples.length < leastSamples)
    throw inputError(
      "few-samples",
      `${samples.length} samples are too few to train on and to test with; ${leastSamples} are the least.`,
      remedy,
    );
  const kinds = new Set(samples.map(({ decision }) => decision));
  if (kinds.size < 2)
    throw inputError(
      "few-samples",
      `All samples are labelled ${[...kinds].join("")}; there is nothing to learn.`,
      remedy,
    );
  const { grow, heldBack } = splitByTime(samples);
  const fewest = Math.min(...[grow, heldBack].map((part) => part.filter(({ decision }) => decision !== "none").length));
  if (fewest < leastCases)
    throw inputError(
      "few-samples",
      `Of the ${grow.length} older samples, which are learnt from, or of the ${heldBack.length} newest, which test what was learnt, only ${fewest} are labelled otherwise than none; ${leastCases} are the least.`,
      remedy,
    );
}

interface Gathered {
  readonly samples: readonly HealthSample[];
  readonly data: Pick<HealthModelFile["data"], "kind" | "source" | "note">;
}

async function gather(options: TrainHealthOptions): Promise<Gathered> {
  if (options.samples) {
    const samples = readHealthCsv(await readText(options.samples));
    requireEnough(samples, healthCsvFormat);
    const source = basename(options.samples);
    return { samples, data: { kind: "samples", source, note: "Labelled samples given by the user." } };
  }
  if (options.fromDatabase) {
    const { samples, source, leftOut, fixes } = await capturedHealth(options.config);
    requireEnough(
      samples,
      `Applications tell their health when their pods carry kubemend.dev/health-path, and samples get their labels from fixes that helped (${fixes} so far). Go on with the model that comes along until there are more, or give labelled samples: --samples <file.csv>.`,
    );
    const note = `Captured samples, labelled by the fix that helped; ${leftOut} of trouble without such a fix, or more of the same good times, were left out.`;
    return { samples, data: { kind: "samples", source, note } };
  }
  return {
    samples: simulateHealth(),
    data: { kind: "synthetic", source: `the simulation with seed ${healthTraining.seed}`, note: simulationNote },
  };
}

function report({ data, training, heldBack }: HealthModelFile): string {
  const percent = (part: number, whole: number) => (whole > 0 ? `${Math.round((part / whole) * 100)} %` : "none there");
  const cells = (values: readonly (string | number)[]) => values.map((value) => String(value).padStart(14)).join("");
  const { minutesLost, calibrationError } = heldBack;
  const saidOf = (k: number) => heldBack.confusion.reduce((sum, row) => sum + (row[k] ?? 0), 0);
  return [
    `Trained on ${data.source} (${data.kind}), ${data.rows} samples from ${data.from.slice(0, 10)} to ${data.to.slice(0, 10)}; ${training.trees} trees, calibrated on ${training.calibratedOn}.`,
    `On ${heldBack.rows} samples since ${data.heldBackFrom.slice(0, 16)} that it has not seen:`,
    `  Brier score ${heldBack.brier.toFixed(4)} (not calibrated ${heldBack.brierUncalibrated.toFixed(4)}, frequencies alone ${heldBack.brierOfFrequencies.toFixed(4)}); ${percent(heldBack.accuracy, 1)} right`,
    ...(calibrationError === undefined ? [] : [`  calibration error ${calibrationError.toFixed(4)}`]),
    ...(minutesLost
      ? [
          `  minutes of failure lost in 1000 decisions: ${minutesLost.model} (${minutesLost.never} by never doing anything)`,
        ]
      : []),
    `  ${"right \\ said".padEnd(14)}${cells(healthDecisions)}${cells(["found"])}`,
    ...heldBack.confusion.map((row, i) => {
      const total = row.reduce((sum, count) => sum + count, 0);
      return `  ${(healthDecisions[i] ?? "").padEnd(14)}${cells(row)}${cells([percent(row[i] ?? 0, total)])}`;
    }),
    `  ${"rightly said".padEnd(14)}${cells(heldBack.confusion.map((row, i) => percent(row[i] ?? 0, saidOf(i))))}`,
  ].join("\n");
}

/**
 * `kubemend train --health [--samples <file.csv> | --from-database [--config <file>]] [--out <folder>] [--force]`: trains the
 * classifier of application health and puts it in place of the one that is there, unless that is at least as good on the
 * held-back time.
 *
 * @throws AppError (exit code 2) when the samples cannot be used
 */
export async function trainHealthCommand(options: TrainHealthOptions): Promise<void> {
  const out = options.out ?? defaultHealthModelFolder;
  const progress = startProgress("Training the health classifier");
  try {
    const { samples, data } = await gather(options);
    await makeFolder(out, "--out");
    const { file, split } = trainHealth(samples, data);
    progress.end();
    process.stdout.write(`${report(file)}\n`);
    const inPlace = readHealthModel(out);
    // Where there is none yet, the one that comes along is what detection uses, and what there is to beat.
    const current = inPlace.outcome === "absent" ? readHealthModel(defaultHealthModelFolder) : inPlace;
    const before = current.outcome === "read" ? measureHealth(current.classifier, split.heldBack).brier : undefined;
    if (before !== undefined && file.heldBack.brier >= before && !options.force) {
      process.stdout.write(
        `The model ${inPlace.outcome === "absent" ? "that comes along" : `in ${out}`} is at least as good on this time (${before.toFixed(4)}); it stays. --force replaces it.\n`,
      );
      process.exitCode = 1;
      return;
    }
    const path = join(out, "model.json");
    await writeFile(`${path}.partial`, `${JSON.stringify(file, null, 1)}\n`);
    await rename(`${path}.partial`, path);
    process.stdout.write(`Wrote ${out}${before === undefined ? "" : ` (the one before: ${before.toFixed(4)})`}.\n`);
  } finally {
    progress.end();
  }
}
