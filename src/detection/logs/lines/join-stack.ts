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
  /** Inside a Python traceback or a Go panic, lines without indentation belong to it too; a traceback may be chained. */
  mode: "plain" | "python" | "python-ended" | "go";
}

const CONTINUATIONS = ["Caused by:", "Suppressed:", "--- End of"];
const CHAINS = ["During handling of the above", "The above exception was"];

function startsWithOneOf(line: string, starts: readonly string[]): boolean {
  return starts.some((start) => line.startsWith(start));
}

/** Frames whose indentation a collector has trimmed: `at a.b.C(D.java:1)`, `... 12 more`. */
function isBareFrame(line: string): boolean {
  return (line.startsWith("at ") && line.includes("(")) || /^\.\.\. \d{1,6} (?:more|common)/.test(line);
}

function isIndented(line: string): boolean {
  const code = line.charCodeAt(0);
  return code === 32 || code === 9;
}

/** `java.lang.IllegalStateException: text`, `pkg.module.SomeError: text`: the name of an exception and nothing before it. */
function isExceptionHead(line: string): boolean {
  const end = line.search(/[:\s]/);
  const name = end < 0 ? line : line.slice(0, end);
  return (
    name.length < 200 && /(?:Exception|Error|Throwable|Interrupt|Exit)$/.test(name) && /^[A-Za-z_][\w.$]*$/.test(name)
  );
}

const GO_STARTS = ["goroutine ", "created by ", "exit status", "[signal "];

/** `main.main()`, `net/http.(*conn).serve(0xc000, {0x1})`: a call, with no space before its first bracket. */
function isGoFrame(line: string): boolean {
  if (line === "" || startsWithOneOf(line, GO_STARTS)) return true;
  const open = line.indexOf("(");
  const space = line.indexOf(" ");
  return open > 0 && line.endsWith(")") && (space < 0 || open < space);
}

function continues(held: Held, line: string): boolean {
  if (held.mode === "go") return isIndented(line) || isGoFrame(line);
  if (held.mode === "python-ended") return line === "" || startsWithOneOf(line, CHAINS);
  if (line === "") return held.mode === "python";
  if (isIndented(line) || isBareFrame(line) || startsWithOneOf(line, CONTINUATIONS)) return true;
  if (held.mode === "python") return line.startsWith("Traceback (most recent") || isExceptionHead(line);
  // The head of a trace that the program printed on a line of its own, after its log line.
  return held.lines === 1 && isExceptionHead(line) && !isExceptionHead(held.text);
}

function modeAfter(mode: Held["mode"], line: string): Held["mode"] {
  if (mode === "plain") return modeOf(line);
  // A Python traceback ends with the line that names the exception, unless another one is chained to it.
  if (mode === "python" && !isIndented(line) && isExceptionHead(line)) return "python-ended";
  return mode === "python-ended" && startsWithOneOf(line, CHAINS) ? "python" : mode;
}

function modeOf(line: string): Held["mode"] {
  if (line.includes("Traceback (most recent call last)")) return "python";
  return line.startsWith("panic: ") || line.startsWith("fatal error: ") || line.startsWith("goroutine ")
    ? "go"
    : "plain";
}

/**
 * Joins stack traces and other continuation lines of one stream (one container) to the line they belong to: Java, Python,
 * Go, Node and .NET. A pure state machine with one message in hand; use one for each stream.
 */
export function createStackJoiner(options: StackJoinerOptions = {}): StackJoiner {
  const waitMs = options.waitMs ?? 1_000;
  const maxChars = options.maxChars ?? 16_384;
  const maxLines = options.maxLines ?? 200;
  let held: Held | undefined;

  function release(): readonly JoinedLine[] {
    if (held === undefined) return [];
    const { at, text, lines } = held;
    held = undefined;
    return [{ at, text, lines }];
  }

  return {
    push(at, line) {
      const late = held !== undefined && at - held.lastAt > waitMs;
      if (held !== undefined && !late && continues(held, line)) {
        held.lines++;
        held.lastAt = at;
        held.mode = modeAfter(held.mode, line);
        if (held.lines <= maxLines && held.text.length < maxChars)
          held.text = `${held.text}\n${line}`.slice(0, maxChars);
        return [];
      }
      const done = release();
      held = { at, lastAt: at, text: line.slice(0, maxChars), lines: 1, mode: modeOf(line) };
      return done;
    },
    flush(now) {
      return held === undefined || (now !== undefined && now - held.lastAt < waitMs) ? [] : release();
    },
  };
}
