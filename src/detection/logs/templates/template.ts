import { classOf, SEPARATOR } from "../../../log-lines/chars.ts";
import { learnLook } from "./looks.ts";
import { FLAG, lineKey, type TokenLine, type Tokens, WILD } from "./token-line.ts";

/** A learned template. `hash[i]` is WILD where the text varies. Owned by the miner; others see `TemplateView`. */
export interface Template {
  readonly id: number;
  count: number;
  readonly format: number;
  /** Rank of the level of the line it was made of. */
  readonly level: number;
  hash: Int32Array;
  flags: Uint16Array;
  /** Separators and tokens in turn, joined by NUL. Only read when the text is asked for. */
  layout: string;
  /** Seen since the eviction hand last passed. */
  touched: boolean;
  /** Set when this template was found to be a case of another. */
  into: Template | undefined;
  evicted: boolean;
  /** Its last token stands for any number of tokens. */
  open: boolean;
  /** When it is open: the word with which its ends tell how it ended, 0 when they do not. */
  ending: number;
  /** Bucket keys of the index, and the key of the line it was made of. */
  anchorFirst: number;
  anchorLast: number;
  readonly firstLine: number;
}

/** Longest stretch of punctuation kept between two tokens of a template's text, in characters. */
const MAX_GAP = 24;
const MAX_TEXT = 2_000;
const VALUE = "<*>";

/** What stands between two tokens; of the frames of a stack, which are passed over, nothing but the end of the line before them. */
function gap(text: string, start: number, end: number): string {
  const line = end - start > MAX_GAP ? text.indexOf("\n", start) + 1 : 0;
  const cut = text.slice(start, Math.min(line > start && line < end ? line : end, start + MAX_GAP));
  return cut.replaceAll("\0", " ");
}

function token(line: TokenLine, at: number): string {
  if (line.hash[at] === WILD || ((line.flags[at] ?? 0) & FLAG.kind) !== 0) return VALUE;
  return line.text.slice(line.start[at], line.end[at]);
}

/** Punctuation that follows the last token directly, such as a closing quote or full stop. */
function tail(line: TokenLine, limit: number): string {
  const from = line.end[line.count - 1] ?? 0;
  let end = from;
  while (end < limit && end - from < MAX_GAP && classOf(line.text.charCodeAt(end)) === SEPARATOR) end++;
  return gap(line.text, from, end).trimEnd();
}

/**
 * Makes a template of a sealed line.
 * @param from where the message starts, for the punctuation before the first token
 * @param limit where it ends
 */
export function makeTemplate(id: number, line: TokenLine, from: number, limit: number): Template {
  const pieces: string[] = [];
  let end = from;
  let size = 0;
  for (let i = 0; i < line.count && size < MAX_TEXT; i++) {
    const before = gap(line.text, end, line.start[i] ?? end);
    const text = token(line, i);
    pieces.push(before, text);
    size += before.length + text.length;
    end = Math.max(end, line.end[i] ?? end);
  }
  pieces.push(line.count > 0 ? tail(line, limit) : "");
  return {
    id,
    count: 0,
    format: line.format,
    level: line.level,
    hash: line.hash.slice(0, line.count),
    flags: line.flags.slice(0, line.count),
    // Concatenation of slices would keep the whole line alive; the buffer round trip makes a flat copy.
    layout: Buffer.from(pieces.join("\0")).toString(),
    touched: false,
    into: undefined,
    evicted: false,
    open: false,
    ending: 0,
    anchorFirst: 0,
    anchorLast: 0,
    firstLine: lineKey(line),
  };
}

/** What is compared of a template. */
export function tokensOf({ hash, flags, format, level }: Template): Tokens {
  return { hash, flags, format, level, count: hash.length };
}

/** The text of a template, `<*>` where it varies. */
export function textOf(template: Template): string {
  return template.layout.replaceAll("\0", "").trim();
}

/** Makes the token at `at` a value, that of all these. */
export function generalise(template: Template, at: number, all: readonly Pick<Tokens, "hash" | "flags">[]): void {
  let flags = template.flags[at] ?? 0;
  for (const one of all) flags = learnLook(flags, one.hash[at] ?? WILD, one.flags[at] ?? 0);
  template.flags[at] = flags;
  if (template.hash[at] === WILD) return;
  template.hash[at] = WILD;
  const pieces = template.layout.split("\0");
  if (2 * at + 1 < pieces.length - 1) pieces[2 * at + 1] = VALUE;
  template.layout = pieces.join("\0");
}

/** Makes everything after the first `size` tokens one value, which tells by the word `ending` how it ended. */
export function openEnd(template: Template, size: number, ending: number): void {
  const hash = new Int32Array(size + 1);
  hash.set(template.hash.subarray(0, size));
  hash[size] = WILD;
  template.hash = hash;
  const flags = new Uint16Array(size + 1).fill(FLAG.told | FLAG.spaced);
  flags.set(template.flags.subarray(0, size + 1));
  template.flags = flags;
  template.layout = [...template.layout.split("\0").slice(0, 2 * size + 1), VALUE, ""].join("\0");
  template.open = true;
  template.ending = ending;
}

/** Makes the tokens from `from` up to `to` one value. */
export function mergeRun(template: Template, from: number, to: number): void {
  const size = template.hash.length - (to - from) + 1;
  const hash = new Int32Array(size);
  const flags = new Uint16Array(size);
  hash.set(template.hash.subarray(0, from));
  flags.set(template.flags.subarray(0, from + 1));
  hash[from] = WILD;
  hash.set(template.hash.subarray(to), from + 1);
  flags.set(template.flags.subarray(to), from + 1);
  const pieces = template.layout.split("\0");
  // A long line's text ends before its tokens do.
  const shown = Math.floor((pieces.length - 1) / 2);
  if (from < shown) pieces.splice(2 * from + 1, 2 * (Math.min(to, shown) - from) - 1, VALUE);
  template.hash = hash;
  template.flags = flags;
  template.layout = pieces.join("\0");
}

const NO_HASH = new Int32Array(0);
const NO_FLAGS = new Uint16Array(0);

/** Frees what a template holds once it is out of use; the line cache may still point to it. */
export function release(template: Template): void {
  template.hash = NO_HASH;
  template.flags = NO_FLAGS;
  template.layout = "";
}

/** The template that now stands for this one. */
export function follow(template: Template): Template {
  let current = template;
  while (current.into !== undefined) current = current.into;
  return current;
}
