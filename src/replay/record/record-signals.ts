import { readdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Signal } from "../../cluster/signal.ts";
import type { Redact } from "../../incident/redacted.ts";
import { inputError } from "../../lib/app-error.ts";
import { type Clock, isoTime } from "../../lib/clock.ts";
import { makeFolders } from "../../lib/make-folders.ts";
import { whyRefused } from "../../lib/why-refused.ts";
import { createRecordGaps, type SightChange } from "./record-gaps.ts";
import { createSignalWriter, type RecordedCounts } from "./signal-writer.ts";

export interface RecordOptions {
  /** What the cluster tells, from the first list on. Recording ends with it. */
  readonly signals: AsyncIterable<Signal>;
  readonly clock: Clock;
  /** Made; must be empty when it is there. Its name is the recording's. */
  readonly folder: string;
  readonly description: string;
  readonly kubernetesVersion: string;
  readonly namespaces: readonly string[];
  readonly scrapeIntervalSeconds: number;
  /** Undefined: texts are kept as they are. */
  readonly redact: Redact | undefined;
  /** Of the text before compression, a sample counted as 32. */
  readonly maxBytes: number;
  /** The state at the start is written, the rest follows. */
  readonly onStart?: (at: number) => void;
  /** A source cannot be read, or can again: what it would have told is missing from the recording. */
  readonly onSight?: (change: SightChange) => void;
  /** Enough was taken: whoever makes the signals can stop. */
  readonly onFull?: () => void;
}

export interface RecordingSummary {
  readonly folder: string;
  readonly start: number;
  readonly end: number;
  readonly counts: RecordedCounts;
  /** It ended because `maxBytes` was reached. */
  readonly full: boolean;
  /** Sources that could not be read for a while, in words. */
  readonly blind: readonly string[];
}

async function emptyFolder(folder: string): Promise<void> {
  try {
    await makeFolders(folder);
    if ((await readdir(folder)).length === 0) return;
  } catch (cause) {
    throw inputError(
      "recording-folder",
      `The folder ${folder} cannot be used: ${whyRefused(cause)}.`,
      "Name another one with --out.",
      cause,
    );
  }
  throw inputError("recording-folder", `The folder ${folder} is not empty.`, "Name a new one with --out.");
}

/**
 * Writes what a cluster tells as a recording, in the format that `loadRecording` reads, until the signals end. What was
 * listed before the first sight of the whole cluster is its state at the start. `recording.json` is written last: a folder
 * without one is not whole.
 * @throws AppError (exit code 2) when the folder cannot be used or the cluster was never seen whole
 */
export async function recordSignals(options: RecordOptions): Promise<RecordingSummary> {
  const { clock, redact, maxBytes } = options;
  const folder = resolve(options.folder);
  await emptyFolder(folder);
  const writer = createSignalWriter(folder, redact);
  const gaps = createRecordGaps(redact, options.onSight);
  let full = false;
  try {
    for await (const signal of options.signals) {
      if (signal.type === "source") {
        gaps.take(signal);
        if (signal.source === "kubernetes-watch" && signal.ok && writer.start === undefined) {
          await writer.begin(signal.at);
          options.onStart?.(signal.at);
        }
      } else await writer.take(signal);
      full = writer.counts().bytes >= maxBytes;
      if (full) {
        options.onFull?.();
        break;
      }
    }
  } catch (error) {
    // What went wrong first is what is told; the files are not left open.
    await writer.close().catch(() => undefined);
    throw error;
  }
  await writer.close();
  const { start } = writer;
  if (start === undefined) {
    const [why] = gaps.texts();
    throw inputError(
      "recording-never-began",
      `Nothing was recorded: the cluster was not seen whole${why ? ` (${why})` : " before it was stopped"}.`,
      "Run kubemend doctor with the same kubeconfig; it names the right that is missing.",
    );
  }
  const counts = writer.counts();
  const end = Math.max(start, clock.now());
  const lost = counts.lostLogLines > 0 ? ` ${counts.lostLogLines} log lines are missing: too many came.` : "";
  const missing = gaps.since(start);
  const header = {
    version: 1,
    name: basename(folder),
    description: `${options.description}${lost}`,
    kubernetesVersion: options.kubernetesVersion.replace(/^v/, ""),
    namespaces: options.namespaces,
    start: isoTime(start),
    end: isoTime(end),
    scrapeIntervalSeconds: options.scrapeIntervalSeconds,
    ...(missing.length > 0 ? { gaps: missing } : {}),
  };
  await writeFile(join(folder, "recording.json"), `${JSON.stringify(header, null, 1)}\n`);
  return { folder, start, end, counts, full, blind: gaps.texts() };
}
