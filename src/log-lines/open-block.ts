import { isDigit } from "./chars.ts";
import { isFullyHeaded, isHeaded, isOwnIndented } from "./stated-header.ts";
import { endsTraceback, isExceptionHead, isFrame, isGoFrame } from "./trace-lines.ts";

/** What is open after a line: it decides what belongs to the message beside what always does. */
export type Block =
  /** Nothing in particular. */
  | "plain"
  /** Frames were seen. */
  | "trace"
  /** Inside a traceback of Python, and behind the exception that ends it: another one may be chained to it. */
  | "python"
  | "python-ended"
  /** A panic of Go with its goroutines. */
  | "go"
  /** Rust's panic, whose reason is on the second line. */
  | "rust"
  /** What a process of Elixir tells of its end. */
  | "elixir"
  /** The place in a script where an exception was thrown, as Node.js shows it: the exception follows. */
  | "caret"
  /** The JVM's last words, behind `#`. */
  | "hash"
  /** An object of JSON over several lines. */
  | "json"
  /** Behind a header without a sentence, up to the next header. */
  | "report"
  /** What an error of MinIO is about, a field a line, and behind the error that ends them. */
  | "fields"
  | "fields-ended"
  /** Behind a line that announces others, up to the next header or a blank line. */
  | "announced";

const HASH = 35;
const EQUALS = 61;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const OPEN_LIST = 91;
const SPACE = 32;

/** The block that the first line of a message opens. */
export function blockOf(line: string): Block {
  switch (line.charCodeAt(0)) {
    case OPEN_OBJECT:
      return line.charCodeAt(line.length - 1) !== CLOSE_OBJECT && /^\{\s*(?:"|$)/.test(line) && /[{[,]\s*$/.test(line)
        ? "json"
        : "plain";
    case HASH:
      return line.trimEnd() === "#" ? "hash" : "plain";
    case EQUALS:
      return /^=[A-Z ]+ REPORT==== /.test(line) ? "announced" : "plain";
  }
  if (line.includes("Traceback (most recent call last)")) return "python";
  if (line.startsWith("panic: ") || line.startsWith("fatal error: ") || line.startsWith("goroutine ")) return "go";
  if (line.startsWith("thread '") && /' (?:\(\d+\) )?panicked at .*:\d+:$/.test(line)) return "rust";
  if (line.startsWith("** (")) return "elixir";
  if (line.startsWith("API: ") && /^API: \w{1,64}\(/.test(line)) return "fields";
  return /^Warning messages?:\s*$/.test(line) ? "announced" : "plain";
}

/** The field that says what is wrong: it is told first. */
export const FIELDS_END = "Error: ";
const CHAINS = ["During handling of the above", "The above exception was"];
const OF_PROCESS = /^(?:Last message|State|Function|Initial Call|Ancestors|Args)\b[^:]{0,40}: |^\([\w.]+ [\d.]+\) /;

/** What is open after an unindented line that only belongs to a message because of the block it has open; undefined when it does not. */
export function followInBlock(block: Block, line: string, isSecond: boolean): Block | undefined {
  switch (block) {
    case "go":
      return isGoFrame(line) ? "go" : undefined;
    case "python":
      if (line.includes("Traceback (most recent")) return "python";
      return endsTraceback(line) && (isExceptionHead(line) || !isHeaded(line)) ? "python-ended" : undefined;
    case "python-ended":
      return CHAINS.some((start) => line.startsWith(start)) ? "python" : undefined;
    case "rust":
      return isSecond ? "rust" : undefined;
    case "caret":
      return isExceptionHead(line) ? "trace" : undefined;
    case "elixir":
      return OF_PROCESS.test(line) ? "elixir" : undefined;
    case "fields":
      if (line.startsWith(FIELDS_END)) return "fields-ended";
      return /^[A-Z]\w{1,24}: /.test(line) ? "fields" : undefined;
    case "hash":
      return line.charCodeAt(0) === HASH ? "hash" : undefined;
    case "json":
      if (!/^["}\]]/.test(line)) return undefined;
      return line.trimEnd().endsWith("}") ? "plain" : "json";
    default:
      return undefined;
  }
}

/** In these whatever is indented belongs to the message, unless it has a time and a level of its own. */
const CLOSED: ReadonlySet<Block> = new Set([
  "python",
  "go",
  "rust",
  "elixir",
  "hash",
  "json",
  "report",
  "fields-ended",
]);

/** Of so many blanks is the indentation, a tab being eight. */
function marginOf(line: string): number {
  let margin = 0;
  for (let i = 0; ; i++) {
    const code = line.charCodeAt(i);
    if (code !== 32 && code !== 9) return margin;
    margin += code === 9 ? 8 : 1;
  }
}

/** Date and clock, to the second. */
const STAMP = 19;

/** Is an indented line a message of its own by its header? Fluentd writes that of the first line before each frame as well. */
function hasOwnHeader(line: string, first: string): boolean {
  const start = line.search(/\S/);
  const code = line.charCodeAt(start);
  return (isDigit(code) || code === OPEN_LIST) && isFullyHeaded(line) && !line.startsWith(first.slice(0, STAMP), start);
}

/**
 * What is open after an indented line; undefined when it is a message of its own: with a header, with a mark or level as
 * programs write for people, or not deeper than the first line of the message.
 * @param first the first line of the message, and more
 * @param isHeadedFirst has it a header?
 */
export function followIndented(
  block: Block,
  line: string,
  first: string,
  isHeadedFirst: () => boolean,
): Block | undefined {
  if (hasOwnHeader(line, first)) return undefined;
  if (CLOSED.has(block)) return block;
  if (isFrame(line)) return block === "plain" ? "trace" : block;
  if (isOwnIndented(line)) return undefined;
  const margin = marginOf(line);
  if (first.charCodeAt(0) === SPACE && margin <= marginOf(first)) return undefined;
  if (margin === 1 && block !== "trace" && !isHeadedFirst()) return undefined;
  return block === "plain" && /^\s+\^+\s*$/.test(line) ? "caret" : block;
}
