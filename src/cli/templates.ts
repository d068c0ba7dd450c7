import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createLineSplitter, type LineSplitter } from "../detection/logs/line-splitter.ts";
import { createTemplateMiner, type TemplateMiner } from "../detection/logs/template-miner.ts";
import { inputError, messageOf } from "../lib/app-error.ts";

export interface TemplatesIo {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export interface TemplatesOptions {
  readonly json?: boolean;
}

/**
 * Ids held back before they are printed. A template may turn out to be a case of an older one a few lines later; while
 * a line waits, it gets the better id. 1,048,576 ids are 4 MiB.
 */
const HELD_LINES = 1_048_576;
/** Whoever follows a live log sees its lines after this pause. */
const IDLE_MS = 300;
/** Output is written in pieces of about this size. */
const PIECE_CHARS = 32_768;

/**
 * `kubemend templates [file] [--json]`: prints the template id of every line, then the templates, to stdout, and a
 * summary to stderr. Streams with constant memory; reads stdin when no file or `-` is given.
 *
 * @throws AppError with exit code 2 when the file cannot be read
 */
export async function templates(
  path: string | undefined,
  options: TemplatesOptions,
  io: TemplatesIo = process,
): Promise<void> {
  const fromStdin = path === undefined || path === "-";
  if (!fromStdin) await requireFile(path);
  const miner = createTemplateMiner();
  const splitter = createLineSplitter();
  const chunks: AsyncIterable<Uint8Array> = fromStdin ? io.stdin : createReadStream(path, { highWaterMark: 262_144 });
  const counts = { lines: 0 };
  const text = printed(chunks, miner, splitter, options.json === true, counts);
  await pipeline(text, io.stdout, { end: false }).catch(ignoreClosedPipe);
  io.stderr.write(`${fromStdin ? "stdin" : path}: ${summary(counts.lines, miner)}\n`);
}

async function* printed(
  chunks: AsyncIterable<Uint8Array>,
  miner: TemplateMiner,
  splitter: LineSplitter,
  json: boolean,
  counts: { lines: number },
): AsyncGenerator<string> {
  const held = new Int32Array(HELD_LINES);
  let count = 0;
  const lineText = json
    ? (line: number, id: number) => `{"line":${line},"template":${id}}\n`
    : (line: number, id: number) => `${line}\t${id}\n`;

  function* release(): Generator<string> {
    let piece = "";
    for (let i = 0; i < count; i++) {
      piece += lineText(++counts.lines, miner.resolve(held[i] ?? 0));
      if (piece.length < PIECE_CHARS) continue;
      yield piece;
      piece = "";
    }
    count = 0;
    if (piece !== "") yield piece;
  }

  function* learn(lines: readonly string[]): Generator<string> {
    for (const line of lines) {
      held[count++] = miner.learn(line);
      if (count === HELD_LINES) yield* release();
    }
  }

  for await (const chunk of orIdle(chunks, IDLE_MS)) {
    if (chunk === "idle") yield* release();
    else yield* learn(splitter.push(chunk));
  }
  yield* learn(splitter.end());
  yield* release();
  if (!json) yield "\n";
  for (const { id, text, count: lines } of miner.templates()) {
    yield json ? `${JSON.stringify({ id, text, count: lines })}\n` : `${id}\t${lines}\t${text}\n`;
  }
}

/** The chunks, and "idle" once whenever none came for `idleMs`. */
async function* orIdle(chunks: AsyncIterable<Uint8Array>, idleMs: number): AsyncGenerator<Uint8Array | "idle"> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = iterator.next();
      let timer: NodeJS.Timeout | undefined;
      const idle = new Promise<"idle">((resolve) => {
        timer = setTimeout(() => resolve("idle"), idleMs);
      });
      const first = await Promise.race([next, idle]);
      clearTimeout(timer);
      if (first === "idle") yield "idle";
      const { done, value } = first === "idle" ? await next : first;
      if (done === true) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

function summary(lines: number, miner: TemplateMiner): string {
  const { evicted, cut } = miner.losses();
  const lost = [
    evicted > 0 ? `${evicted} templates were dropped at the limit` : "",
    cut > 0 ? `${cut} long lines were read only at their beginning` : "",
  ].filter((part) => part !== "");
  return [`${lines} lines, ${miner.size} templates`, ...lost].join("; ");
}

async function requireFile(path: string): Promise<void> {
  const remedy = "Give the path of a log file, or - to read stdin.";
  const found = await stat(path).catch((error: unknown) => {
    throw inputError("log-not-found", `Cannot read ${path}: ${messageOf(error)}`, remedy, error);
  });
  if (found.isDirectory()) throw inputError("log-not-found", `${path} is a folder.`, remedy);
}

/** `kubemend templates big.log | head` closes the pipe early; that is the reader's choice, not a failure. */
function ignoreClosedPipe(error: unknown): void {
  if ((error as { code?: string }).code !== "EPIPE") throw error;
}
