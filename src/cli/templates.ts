import { createReadStream, fstatSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createTemplateMiner, type TemplateMiner } from "../detection/logs/templates/template-miner.ts";
import { inputError } from "../lib/app-error.ts";
import { visibleJson, visibleText } from "../lib/visible-text.ts";
import { whyRefused } from "../lib/why-refused.ts";
import { createLineSplitter, type LineSplitter } from "../log-lines/line-splitter.ts";
import { ignoreClosedPipe } from "./ignore-closed-pipe.ts";

export interface TemplatesIo {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export interface TemplatesOptions {
  readonly json?: boolean;
}

/**
 * Ids of lines held back before they are printed. A template may turn out to be a case of an older one later; while a line
 * waits, it gets the better id. A file is held whole up to this many lines (64 MiB of ids), so that its ids are final.
 */
const HELD_OF_FILE = 16_777_216;
/** A stream is released more often, because somebody may be waiting for it. */
const HELD_OF_STREAM = 1_048_576;
/** Ids are kept in blocks, so that a short file needs little memory. */
const BLOCK_LINES = 65_536;
/** Whoever follows a live log sees its lines after this pause. */
const IDLE_MS = 300;
/** Output is written in pieces of about this size. */
const PIECE_CHARS = 32_768;

/**
 * `kubemend templates [file] [--json]`: prints the template id of every line, then the templates, to stdout, and a
 * summary to stderr. Reads stdin when no file or `-` is given. Memory is bounded; the ids of a file are final (up to
 * 16,777,216 lines), those of a stream may still be given up for an older one after they were printed.
 *
 * @throws AppError with exit code 2 when the file cannot be read
 */
export async function templates(
  path: string | undefined,
  options: TemplatesOptions,
  io: TemplatesIo = process,
): Promise<void> {
  const fromStdin = path === undefined || path === "-";
  // Node reads a folder there as nothing at all.
  if (io.stdin === process.stdin && fromStdin && fstatSync(0).isDirectory()) throw folderRefused("stdin");
  // A pipe with a name is followed like stdin.
  const isWhole = !fromStdin && (await requireFile(path));
  const miner = createTemplateMiner();
  const splitter = createLineSplitter();
  const chunks: AsyncIterable<Uint8Array> = fromStdin ? io.stdin : createReadStream(path, { highWaterMark: 262_144 });
  const counts = { lines: 0 };
  const held = holdIds(isWhole ? HELD_OF_FILE : HELD_OF_STREAM);
  const input = isWhole ? chunks : orIdle(chunks, IDLE_MS);
  const text = printed(input, miner, splitter, options.json === true, counts, held);
  await pipeline(text, io.stdout, { end: false }).catch(ignoreClosedPipe);
  io.stderr.write(`${fromStdin ? "stdin" : path}: ${summary(counts.lines, miner)}\n`);
}

interface HeldIds {
  /** Takes an id; true when there is no room for another. */
  add(id: number): boolean;
  /** The ids in their order; afterwards there are none. */
  take(): IterableIterator<number>;
}

function holdIds(limit: number): HeldIds {
  const blocks: Int32Array[] = [];
  let count = 0;
  return {
    add(id) {
      if (count === blocks.length * BLOCK_LINES) blocks.push(new Int32Array(BLOCK_LINES));
      const block = blocks[Math.floor(count / BLOCK_LINES)];
      if (block !== undefined) block[count % BLOCK_LINES] = id;
      return ++count === limit;
    },
    *take() {
      for (let i = 0; i < count; i++) yield blocks[Math.floor(i / BLOCK_LINES)]?.[i % BLOCK_LINES] ?? 0;
      count = 0;
    },
  };
}

async function* printed(
  input: AsyncIterable<Uint8Array | "idle">,
  miner: TemplateMiner,
  splitter: LineSplitter,
  json: boolean,
  counts: { lines: number },
  held: HeldIds,
): AsyncGenerator<string> {
  const lineText = json
    ? (line: number, id: number) => `{"line":${line},"template":${id}}\n`
    : (line: number, id: number) => `${line}\t${id}\n`;

  function* release(): Generator<string> {
    let piece = "";
    for (const id of held.take()) {
      piece += lineText(++counts.lines, miner.resolve(id));
      if (piece.length < PIECE_CHARS) continue;
      yield piece;
      piece = "";
    }
    if (piece !== "") yield piece;
  }

  function* learn(lines: readonly string[]): Generator<string> {
    for (const line of lines) {
      if (held.add(miner.learn(line))) yield* release();
    }
  }

  for await (const chunk of input) {
    if (chunk === "idle") yield* release();
    else yield* learn(splitter.push(chunk));
  }
  yield* learn(splitter.end());
  yield* release();
  if (!json) yield "\n";
  for (const { id, text, count: lines } of miner.templates()) {
    yield json ? `${visibleJson({ id, text, count: lines })}\n` : `${id}\t${lines}\t${visibleText(text)}\n`;
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
    evicted > 0 ? `${counted(evicted, "template")} dropped at the limit` : "",
    cut > 0 ? `${counted(cut, "long line")} read only at the beginning` : "",
  ].filter((part) => part !== "");
  return [`${counted(lines, "line")}, ${counted(miner.size, "template")}`, ...lost].join("; ");
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

const remedy = "Give the path of a log file, or - to read stdin.";

const folderRefused = (what: string) => inputError("log-not-found", `${what} is a folder.`, remedy);

/** Is it an ordinary file, whose end comes by itself? */
async function requireFile(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    throw inputError("log-not-found", `Cannot read ${path}: ${whyRefused(error)}.`, remedy, error);
  });
  if (found.isDirectory()) throw folderRefused(path);
  return found.isFile();
}
