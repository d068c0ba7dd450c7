import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { healthDecisions } from "../detection/health/decision.ts";
import { readHealthCsv } from "../detection/health/health-csv.ts";
import { defaultHealthModelFolder, type HealthModelFile, readHealthModel } from "../detection/health/health-model.ts";
import { simulateHealth, simulationNote } from "../detection/health/simulate-health.ts";
import { healthTraining, measureHealth, trainHealth } from "../detection/health/train-health.ts";
import { inputError, messageOf } from "../lib/app-error.ts";
import { startProgress } from "./progress.ts";

export interface TrainHealthOptions {
  /** CSV of labelled samples; a simulation when absent. */
  readonly samples?: string;
  readonly out?: string;
  readonly force?: boolean;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw inputError("no-samples", `The samples cannot be read: ${messageOf(error, 200)}`, "Give a readable CSV file.");
  }
}

function report({ data, training, heldBack }: HealthModelFile): string {
  const percent = (part: number, whole: number) => (whole > 0 ? `${Math.round((part / whole) * 100)} %` : "none there");
  const cells = (values: readonly (string | number)[]) => values.map((value) => String(value).padStart(14)).join("");
  return [
    `Trained on ${data.source} (${data.kind}), ${data.rows} samples from ${data.from.slice(0, 10)} to ${data.to.slice(0, 10)}; ${training.trees} trees, calibrated on ${training.calibratedOn}.`,
    `On ${heldBack.rows} samples since ${data.heldBackFrom.slice(0, 16)} that it has not seen:`,
    `  Brier score ${heldBack.brier.toFixed(4)} (not calibrated ${heldBack.brierUncalibrated.toFixed(4)}, frequencies alone ${heldBack.brierOfFrequencies.toFixed(4)}); ${percent(heldBack.accuracy, 1)} right`,
    `  ${"right \\ said".padEnd(14)}${cells(healthDecisions)}${cells(["found"])}`,
    ...heldBack.confusion.map((row, i) => {
      const total = row.reduce((sum, count) => sum + count, 0);
      return `  ${(healthDecisions[i] ?? "").padEnd(14)}${cells(row)}${cells([percent(row[i] ?? 0, total)])}`;
    }),
  ].join("\n");
}

/**
 * `kubemend train --health [--samples <file.csv>] [--out <folder>] [--force]`: trains the classifier of application health
 * and puts it in place of the one that is there, unless that is at least as good on the held-back time.
 *
 * @throws AppError (exit code 2) when the samples cannot be used
 */
export async function trainHealthCommand(options: TrainHealthOptions): Promise<void> {
  const out = options.out ?? defaultHealthModelFolder;
  const progress = startProgress("Training the health classifier");
  try {
    const samples = options.samples ? readHealthCsv(await readText(options.samples)) : simulateHealth();
    const { file, split } = trainHealth(
      samples,
      options.samples
        ? { kind: "samples", source: basename(options.samples), note: "Labelled samples given by the user." }
        : { kind: "synthetic", source: `the simulation with seed ${healthTraining.seed}`, note: simulationNote },
    );
    progress.end();
    process.stdout.write(`${report(file)}\n`);
    const current = readHealthModel(out);
    const before = current.outcome === "read" ? measureHealth(current.classifier, split.heldBack).brier : undefined;
    if (before !== undefined && file.heldBack.brier >= before && !options.force) {
      process.stdout.write(
        `The model in ${out} is at least as good on this time (${before.toFixed(4)}); it stays. --force replaces it.\n`,
      );
      process.exitCode = 1;
      return;
    }
    await mkdir(out, { recursive: true });
    const path = join(out, "model.json");
    await writeFile(`${path}.partial`, `${JSON.stringify(file, null, 1)}\n`);
    await rename(`${path}.partial`, path);
    process.stdout.write(`Wrote ${out}${before === undefined ? "" : ` (the one before: ${before.toFixed(4)})`}.\n`);
  } finally {
    progress.end();
  }
}
