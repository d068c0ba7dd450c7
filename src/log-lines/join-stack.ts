import { requestOf } from "./access-request.ts";
import { type Block, blockOf, FIELDS_END, followInBlock, followIndented } from "./open-block.ts";
import { severityOfWords } from "./severity-words.ts";
import { beginsHeaded, isHeaded, isHeaderOnly, isJavaUtil, tellsError, tellsTrouble } from "./stated-header.ts";
import { createStreamHabit } from "./stream-habit.ts";
import { isBlank, isContinuation, isExceptionHead, isGoFunction, isIndented, isRubyFrame } from "./trace-lines.ts";
import { withoutColours, withoutPod } from "./wrapped-line.ts";

/** A message of one or more lines, with the time of its first line in milliseconds. */
export interface JoinedLine {
  readonly at: number;
  readonly text: string;
  /** Lines it was made of, those left out for size included. */
  readonly lines: number;
}

export interface StackJoiner {
  /** Takes the next line of the stream; returns messages that are now complete. */
  push(at: number, line: string): readonly JoinedLine[];
  /** What is held back, if it has waited long enough at time `now` (or always, without `now`). */
  flush(now?: number): readonly JoinedLine[];
}

export interface StackJoinerOptions {
  /** A message is complete when nothing was added for this long. Default 1,000 ms. */
  readonly waitMs?: number;
  /** Longest message, in characters and in lines; what exceeds it is counted in `lines` but left out. */
  readonly maxChars?: number;
  readonly maxLines?: number;
}

interface Held {
  readonly at: number;
  lastAt: number;
  text: string;
  lines: number;
  block: Block;
  /** Has its first line a header? Undefined until somebody asks. */
  headed: boolean | undefined;
  /** Is its head all there is so far? Java's own logging has one of two lines. */
  isHead: boolean;
  afterBlank: boolean;
}

/** What a program writes at once arrives within so many milliseconds, as a rule. */
const AT_ONCE_MS = 20;
const ESCAPE = 27;
const OPEN_OBJECT = 123;

/** Before a line that is read like every other that continues a message. */
const AS_INDENTED = "\n ";

const isObject = (text: string) => text.charCodeAt(0) === OPEN_OBJECT;

/** What a shell says: that a program is gone, or of its own. */
const OF_SHELL =
  /^(?:(?:Killed|Terminated|Aborted|Hangup|Bus error|Segmentation fault|Illegal instruction|Trace\/breakpoint trap)\b|\S{0,40}sh: )/;
const PAIRS = /^[\w.@-]{1,64}=/;

const isWordy = (line: string) => /[\p{L}\p{N}]/u.test(line);

/** A line without a header that is a message whatever stands before it: it tells of trouble, opens a trace, is a request. */
function standsAlone(line: string): boolean {
  if (OF_SHELL.test(line) || PAIRS.test(line) || isExceptionHead(line)) return true;
  return blockOf(line) !== "plain" || requestOf(line, 0) !== undefined;
}

/** Does a line announce others? `request headers complete:`, `view((`. */
function announces(text: string): boolean {
  return ":,{([".includes(text.charAt(text.trimEnd().length - 1));
}

/** The head of a trace that the program printed on a line of its own, after the line that tells of the trouble. */
function followAsHead({ text }: Held, line: string, atOnce: boolean): Block | undefined {
  if (isExceptionHead(line)) {
    if (isExceptionHead(text) || !(text.trimEnd().endsWith(":") || tellsTrouble(text))) return undefined;
    return line.startsWith("** (") ? "elixir" : "trace";
  }
  if (isJavaUtil(text, line)) return "plain";
  const opened = line.startsWith("Traceback (most") ? "python" : line.startsWith("goroutine ") ? "go" : undefined;
  return opened !== undefined && atOnce && tellsError(text) ? opened : undefined;
}

/** What is open after a line that belongs to the message by its own look; undefined when it does not. */
function followByLook(held: Held, line: string, atOnce: boolean): Block | undefined {
  const { block } = held;
  const inBlock = block === "plain" ? undefined : followInBlock(block, line, held.lines === 1);
  if (inBlock !== undefined || isObject(line)) return inBlock;
  if (isContinuation(line) || (block !== "plain" && isRubyFrame(line))) return block === "plain" ? "trace" : block;
  if (held.isHead && !held.afterBlank && !isObject(held.text)) {
    const head = followAsHead(held, line, atOnce);
    if (head !== undefined) return head;
  }
  if (isGoFunction(line) && (block === "trace" || (held.isHead && tellsError(held.text)))) return "trace";
  return block === "trace" && held.afterBlank && /^Node\.js v\d/.test(line) ? block : undefined;
}

/** Has the first line a header? Asked of few messages, so it is found out when it is. */
const hasHeader = (held: Held) => (held.headed ??= isHeaded(held.text));

/** What is open after a line that belongs to the message for what stands before it, if it has no header. */
function followAnnounced(held: Held, line: string, atOnce: boolean): Block | undefined {
  if (held.isHead && isHeaderOnly(held.text)) return blockOf(line) === "plain" ? "report" : blockOf(line);
  if (held.block === "report") return standsAlone(line) ? undefined : "report";
  if (!atOnce || held.afterBlank) return undefined;
  const told = held.block === "announced" || (held.isHead && announces(held.text) && hasHeader(held));
  const isOwn = !told || standsAlone(line) || (severityOfWords(line) !== undefined && !tellsError(held.text));
  return isOwn ? undefined : "announced";
}

/** The same where nearly all that the stream holds begins with a header. */
function followByHabit(held: Held, line: string): Block | undefined {
  if (held.afterBlank || !hasHeader(held)) return undefined;
  return standsAlone(line) || severityOfWords(line) !== undefined ? undefined : held.block;
}

/**
 * Joins stack traces and other lines that continue a message to the line they belong to, in one stream (one container):
 * Java, Python, Go, Node, .NET, PHP, Ruby, Rust, Elixir, Lua and the JVM; JSON over several lines; what follows a header without
 * a sentence; and, where nearly all that a stream holds begins with a header, what comes at once behind it without one and
 * tells of no trouble. A state machine with one message in hand; use one for each stream.
 */
export function createStackJoiner(options: StackJoinerOptions = {}): StackJoiner {
  const waitMs = options.waitMs ?? 1_000;
  const maxChars = options.maxChars ?? 16_384;
  const maxLines = options.maxLines ?? 200;
  const habit = createStreamHabit();
  let held: Held | undefined;

  function release(): readonly JoinedLine[] {
    if (held === undefined) return [];
    const { at, text, lines } = held;
    held = undefined;
    return [{ at, text, lines }];
  }

  function add(to: Held, at: number, line: string, block: Block, separator: string): void {
    const wasJson = to.block === "json";
    const isHead = to.isHead && (!isWordy(line) || isJavaUtil(to.text, line));
    to.lines++;
    to.lastAt = at;
    to.block = block;
    to.afterBlank = false;
    if (block === "hash" && to.isHead && !isHead) to.text = line.slice(0, maxChars);
    else if (block === "fields-ended" && line.startsWith(FIELDS_END))
      to.text = `${line}${AS_INDENTED}${to.text}`.slice(0, maxChars);
    // An object that is complete would be none with more behind it; and rules around a heading say nothing.
    else if ((!isObject(to.text) || wasJson) && (block !== "report" || !to.isHead || !isHead)) {
      if (to.lines <= maxLines && to.text.length < maxChars)
        to.text = `${to.text}${wasJson ? " " : separator}${line}`.slice(0, maxChars);
    }
    to.isHead = isHead;
  }

  /** Adds a line to the message in hand if it belongs to it. */
  function follow(to: Held | undefined, at: number, line: string): boolean {
    const isDeep = isIndented(line);
    const atOnce = to !== undefined && at - to.lastAt <= AT_ONCE_MS;
    const look =
      to && (isDeep ? followIndented(to.block, line, to.text, () => hasHeader(to)) : followByLook(to, line, atOnce));
    if (to !== undefined && look !== undefined) {
      add(to, at, line, look, !isDeep && to.isHead && isHeaderOnly(to.text) ? AS_INDENTED : "\n");
      return true;
    }
    if (isDeep) return false;
    const isHere = !isObject(line);
    if (isHere && beginsHeaded(line)) {
      habit.headed();
      return false;
    }
    const isWhole = to === undefined || isObject(to.text);
    const told = isWhole ? undefined : followAnnounced(to, line, atOnce);
    if (told === undefined && isHere && !PAIRS.test(line)) habit.bare(!atOnce || isWhole);
    const block = told ?? (atOnce && habit.isHeaded && !isWhole && isHere ? followByHabit(to, line) : undefined);
    if (to === undefined || block === undefined || isHeaded(line)) return false;
    add(to, at, line, block, AS_INDENTED);
    return true;
  }

  return {
    push(at, given) {
      const raw = withoutPod(given);
      const line = raw.trimStart().charCodeAt(0) === ESCAPE ? withoutColours(raw) : raw;
      const onto = held !== undefined && at - held.lastAt <= waitMs ? held : undefined;
      if (isBlank(line)) {
        if (onto === undefined) return release();
        onto.lines++;
        onto.lastAt = at;
        onto.afterBlank = true;
        return [];
      }
      if (follow(onto, at, line)) return [];
      const done = release();
      held = {
        at,
        lastAt: at,
        text: raw.slice(0, maxChars),
        lines: 1,
        block: blockOf(line),
        headed: undefined,
        isHead: true,
        afterBlank: false,
      };
      return done;
    },
    flush(now) {
      return held === undefined || (now !== undefined && now - held.lastAt < waitMs) ? [] : release();
    },
  };
}
