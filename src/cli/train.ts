import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { defaultModelFolder, type ModelCard, readModel } from "../detection/metrics/forecast/model-file.ts";
import { fitInWorker } from "../detection/train/fit-in-worker.ts";
import { gatherPast, type Past } from "../detection/train/gather.ts";
import { compareModels, writeModel } from "../detection/train/keep-model.ts";
import { datasetOf, trainDefaults, trainForecaster } from "../detection/train/train-forecaster.ts";
import { inputError } from "../lib/app-error.ts";
import { loadRecording } from "../replay/recording/load-recording.ts";
import { recordedSignals } from "../replay/recording/recorded-signals.ts";
import { capturedPast } from "./captured-past.ts";
import { makeFolder } from "./make-folder.ts";
import { startProgress } from "./progress.ts";
import { trainHealthCommand } from "./train-health.ts";

export interface TrainCommandOptions {
  readonly recordings?: readonly string[];
  readonly fromDatabase?: boolean;
  /** Says which database and which cluster. */
  readonly config?: string;
  readonly out?: string;
  readonly fineTune?: boolean;
  readonly force?: boolean;
  /** Train the classifier of application health instead of the forecaster. */
  readonly health?: boolean;
  readonly samples?: string;
}

/** A folder is a recording, or has recordings in it. */
async function recordingsIn(folder: string): Promise<string[]> {
  const isRecording = async (path: string) =>
    (await stat(join(path, "recording.json")).catch(() => undefined))?.isFile();
  if (await isRecording(folder)) return [folder];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const below: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && (await isRecording(path))) below.push(path);
  }
  if (below.length > 0) return below.sort();
  throw inputError(
    "no-recordings",
    `There are no recordings in ${folder}.`,
    "Give folders with a recording.json in them, or a folder of such folders.",
  );
}

async function pastOf(folder: string): Promise<Past> {
  const recording = await loadRecording(folder);
  return gatherPast({
    source: recording.header.name,
    scope: recording.header.namespaces.join(),
    from: recording.start,
    to: recording.end,
    tickMs: recording.header.scrapeIntervalSeconds * 1_000,
    signals: recordedSignals(recording),
  });
}

function report({ data, training, heldBack, weights }: ModelCard): string {
  const saved = (error: number) => `the GRU is off by ${((1 - heldBack.gru / error) * 100).toFixed(1)} % less`;
  const row = (name: string, error: number, note = saved(error)) => `  ${name.padEnd(24)} ${error.toFixed(4)}  ${note}`;
  const clock = (text: string) => text.slice(0, 19).replace("T", " ");
  return [
    `Trained on ${data.points} points of ${data.series} series from ${clock(data.from)} to ${clock(data.to)} UTC (${data.sources.join(", ")});`,
    `${data.pointsLeftOut} points of troubled stretches left out; ${training.windows} windows, ${training.epochs} epochs; ${weights.bytes} bytes.`,
    `Mean absolute error of the next value since ${clock(data.heldBackFrom)} (${heldBack.points} points, in units of each series):`,
    row("GRU", heldBack.gru, ""),
    row("persistence", heldBack.persistence),
    row(`seasonal-naive (${heldBack.seasonMinutes} min)`, heldBack.seasonalNaive),
    row("level", heldBack.level),
  ].join("\n");
}

/** @throws AppError (exit code 2) for options that do not go together, or that name nothing to train on */
function refuseMixed(options: TrainCommandOptions): void {
  if (options.health) {
    const sources = options.samples && options.fromDatabase;
    if (options.recordings || options.fineTune || sources)
      throw inputError(
        "mixed-options",
        "--recordings and --fine-tune are for the forecaster of metrics, not for --health, which learns from --samples or --from-database.",
        "kubemend train --health [--samples <file.csv> | --from-database] [--out <folder>] [--force]",
      );
    return;
  }
  if (options.samples)
    throw inputError(
      "mixed-options",
      "Labelled samples are for --health.",
      "kubemend train --health --samples <file.csv>",
    );
  if (!options.recordings?.length && !options.fromDatabase)
    throw inputError(
      "no-recordings",
      "Nothing to train on was named.",
      "kubemend train --recordings <folder>, or --from-database",
    );
}

/**
 * `kubemend train --recordings <folder>... | --from-database [--config <file>] [--out <folder>] [--fine-tune] [--force]`:
 * trains the forecaster of metrics and puts it in place of the one that is there, unless that is at least as good on the held-back time.
 *
 * @throws AppError (exit code 2) when there is nothing to train on, or no way to read it
 */
export async function train(options: TrainCommandOptions): Promise<void> {
  refuseMixed(options);
  if (options.health) return trainHealthCommand(options);
  const out = options.out ?? defaultModelFolder;
  const inPlace = readModel(out);
  // Where there is none yet, the one that comes along is what detection uses, and what there is to beat.
  const current = inPlace.outcome === "absent" ? readModel(defaultModelFolder) : inPlace;
  if (options.fineTune && current.outcome !== "read") {
    throw inputError("no-model", `There is no usable model in ${out} to fine-tune.`, "Leave out --fine-tune.");
  }
  const progress = startProgress("Reading");
  try {
    const folders = (await Promise.all((options.recordings ?? []).map(recordingsIn))).flat();
    const pasts: Past[] = [];
    const caveats: string[] = [];
    if (options.fromDatabase) {
      progress.say("Reading captured samples");
      const captured = await capturedPast(options.config);
      pasts.push(captured.past);
      caveats.push(...captured.caveats);
    }
    for (const folder of folders) {
      progress.say(`Reading ${basename(folder)}`);
      pasts.push(await pastOf(folder));
    }
    // Before minutes are spent, not after.
    await makeFolder(out, "--out");
    const dataset = datasetOf(pasts, trainDefaults.heldBack);
    const start =
      options.fineTune && current.outcome === "read"
        ? { name: current.model.card.weights.sha256.slice(0, 12), weights: current.model.weights }
        : undefined;
    const settings = { ...trainDefaults, ...(start ? { start, hidden: start.weights.hidden } : {}) };
    const model = await trainForecaster(dataset, settings, fitInWorker, ({ epoch, done, loss, validationLoss }) => {
      const bar = "=".repeat(Math.round(done * 20)).padEnd(20);
      const known = Number.isNaN(validationLoss) ? "" : `, validation ${validationLoss.toFixed(4)}`;
      progress.say(`Epoch ${epoch}/${settings.maxEpochs} [${bar}] error ${loss.toFixed(4)}${known}`);
    });
    progress.end();
    process.stdout.write(`${report(model.card)}\n`);
    for (const caveat of caveats) process.stdout.write(`${caveat}\n`);
    const verdict = compareModels(model, current, dataset);
    if (verdict.outcome === "not-better" && !options.force) {
      process.stdout.write(
        `The model ${inPlace.outcome === "absent" ? "that comes along" : `in ${out}`} is at least as good on this time (${verdict.before.toFixed(4)}); it stays. --force replaces it.\n`,
      );
      process.exitCode = 1;
      return;
    }
    await writeModel(out, model);
    const before = verdict.outcome === "first" ? "" : ` (the one before: ${verdict.before.toFixed(4)})`;
    process.stdout.write(`Wrote ${out}${before}.\n`);
  } finally {
    progress.end();
  }
}
