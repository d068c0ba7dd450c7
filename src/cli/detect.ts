import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { boundedLines } from "../detection/metrics/univariate/bounded-lines.ts";
import {
  createSeriesCounts,
  describeCounts,
  type SeriesCounts,
  scoreSeries,
} from "../detection/metrics/univariate/score-series.ts";
import { AppError, inputError } from "../lib/app-error.ts";
import { whyRefused } from "../lib/why-refused.ts";
import { ignoreClosedPipe } from "./ignore-closed-pipe.ts";

export interface DetectIo {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** Rows are written in pieces of about this size: fast on large files, and memory stays flat. */
const pieceChars = 32_768;

/**
 * `kubemend detect series.csv [--out scores.csv]`: scores a `timestamp,value` series and writes
 * `timestamp,value,anomaly_score`, to stdout unless `out` is given, and a summary to stderr.
 * The output file appears only when it is complete.
 *
 * @throws AppError with exit code 2 when the input cannot be read as a series or the output not be written
 */
export async function detect(
  seriesPath: string,
  options: { readonly out?: string },
  io: DetectIo,
): Promise<SeriesCounts> {
  await requireFile(seriesPath);
  const counts = createSeriesCounts();
  const rows = scoreSeries(boundedLines(createReadStream(seriesPath)), seriesPath, counts);
  if (options.out === undefined) await pipeline(toCsv(rows), io.stdout, { end: false }).catch(ignoreClosedPipe);
  else await writeWhole(toCsv(rows), options.out);
  io.stderr.write(`${seriesPath}: ${describeCounts(counts)}\n`);
  return counts;
}

/**
 * A field as written, unless a spreadsheet would run it (https://owasp.org/www-community/attacks/CSV_Injection): what is neither a
 * time nor a number gets an apostrophe before it then. A sign before a number is a number's.
 */
function inert(field: string): string {
  const first = field.charCodeAt(0);
  const runs = first === 61 || first === 64 || ((first === 43 || first === 45) && Number.isNaN(Number(field)));
  return runs ? `'${field}` : field;
}

async function* toCsv(rows: ReturnType<typeof scoreSeries>): AsyncGenerator<string> {
  let piece = "timestamp,value,anomaly_score\n";
  for await (const { timestamp, value, score } of rows) {
    piece += `${inert(timestamp)},${inert(value)},${score.toFixed(6)}\n`;
    if (piece.length < pieceChars) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

async function writeWhole(pieces: AsyncIterable<string>, out: string): Promise<void> {
  const partial = `${out}.partial`;
  try {
    await pipeline(pieces, createWriteStream(partial));
    await rename(partial, out);
  } catch (error) {
    await rm(partial, { force: true });
    if (error instanceof AppError) throw error;
    throw inputError(
      "out-not-writable",
      `Cannot write ${out}: ${whyRefused(error)}.`,
      "Choose another --out path.",
      error,
    );
  }
}

async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw inputError(
      "series-not-found",
      `Cannot read ${path}: ${whyRefused(error)}.`,
      "Give the path of a CSV file.",
      error,
    );
  });
  if (!found.isFile()) throw inputError("series-not-found", `${path} is not a file.`, "Give the path of a CSV file.");
}
