import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { z } from "zod";
import { inputError, messageOf } from "../../lib/app-error.ts";

/** One unpacked file: half of the longest string that Node can hold, and with its rows about a gigabyte of memory. */
const maxBytes = 250_000_000;

export interface ReadText {
  readonly text: string;
  /** True when the file went on beyond the bound; what was read ends with a whole line. */
  readonly isCut: boolean;
}

async function readBounded(file: string, limitBytes: number): Promise<ReadText> {
  const raw = createReadStream(file);
  const stream = file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw;
  // A pipe does not hand on what goes wrong before it.
  if (stream !== raw) raw.on("error", (error) => stream.destroy(error));
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > limitBytes) break;
  }
  raw.destroy();
  const all = Buffer.concat(chunks);
  const isCut = bytes > limitBytes;
  const whole = isCut ? all.subarray(0, all.subarray(0, limitBytes).lastIndexOf(10) + 1) : all;
  const text = whole.toString("utf8");
  return { text: text.startsWith("\uFEFF") ? text.slice(1) : text, isCut };
}

const isThere = async (file: string): Promise<boolean> => (await stat(file).catch(() => undefined)) !== undefined;

/**
 * Text of `name.gz`, else of `name`; undefined when there is neither. No more than `limitBytes` are unpacked.
 * @throws AppError (exit code 2) when it is there but cannot be read or unpacked.
 */
export async function readText(path: string, limitBytes = maxBytes): Promise<ReadText | undefined> {
  for (const file of [`${path}.gz`, path]) {
    if (!(await isThere(file))) continue;
    try {
      return await readBounded(file, limitBytes);
    } catch (cause) {
      throw inputError(
        "case-unreadable",
        `${file} cannot be read: ${messageOf(cause)}`,
        "Make it a file that this user may read and copy it again; it may have been cut off.",
        cause,
      );
    }
  }
  return undefined;
}

/**
 * A JSON file of a case, zipped or not; undefined when it is not there.
 * @throws AppError (exit code 2) when it is not JSON or not of the shape.
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const read = await readText(path);
  if (read === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(read.text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw inputError(
      "case-malformed",
      `${path} is not as expected: ${why}`,
      "Correct the file; docs/neutral-cases.md shows the layout of a case.",
      cause,
    );
  }
}
