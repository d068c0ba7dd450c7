import { isDigit, isNameChar, isSpace, skipSpaces } from "./chars.ts";

/** What the lines of stack traces and of other messages of several lines look like, language by language. */

/** Nothing but blanks. */
export function isBlank(line: string): boolean {
  return skipSpaces(line, 0, line.length) === line.length;
}

/** By its first character; an empty line is not. */
export function isIndented(line: string): boolean {
  return isSpace(line.charCodeAt(0));
}

/**
 * Lines that never begin a message, though they are not indented: what closes a bracket or a box, frames whose indentation a
 * collector has trimmed (`at a.b.C(D.java:1)`, `... 12 more`), causes, headings of traces, frames of PHP (`#0 /a.php(3): f()`),
 * gdb, ClickHouse (`0. f() @ 0x5`), Lua and loguru, notes of Rust and R.
 */
const CONTINUATION = new RegExp(
  `^(?:${[
    "[})\\]│╰└├┃┗┣║╚╠]",
    "[\"']+[ \\])}]+$",
    "at [^(]{0,500}\\(",
    "\\.\\.\\. \\d{1,6} (?:more|common)",
    "(?:Caused by|Suppressed):",
    "--- End of",
    "(?:PHP )?[Ss]tack (?:back)?trace(?:back)?\\b[^:]{0,40}:$",
    "\\[(?:stacktrace|previous exception)\\]",
    "#\\d{1,4} +(?:\\{main\\}|0x[0-9a-f]+ |\\[internal function\\]: |\\S+\\(\\d+\\): )",
    "PHP +\\d+\\. ",
    "\\d{1,3}\\. .{1,500} @ 0x[0-9a-f]+",
    '> File "',
    "coroutine \\d+:$",
    "note: (?:run with `RUST_|[Ss]ome details are omitted)",
    "Calls: \\S+ -> ",
    "Execution halted$",
    "In addition: Warning message",
  ].join("|")})`,
);

/** Told by its beginning alone; whether the line before it can have a continuation is for the caller to know. */
export function isContinuation(line: string): boolean {
  return CONTINUATION.test(line);
}

/** A frame of Ruby, which its frameworks do not indent: `app/a.rb:3:in 'open'`. */
export function isRubyFrame(line: string): boolean {
  return /^[^:]{1,300}:\d{1,6}:in [`']/.test(line);
}

/** A frame, indented or not: what follows it, indented, is of the same trace. */
export function isFrame(line: string): boolean {
  return /^\s*(?:at |File "|from |\.\.\. \d|#?\d{1,4}[:.] )/.test(line);
}

const ENDING = /(?:Exception|Error|Throwable|Interrupt|Exit)$/;
const NAME = /^[A-Za-z_][\w.$]*$/;

/**
 * `java.lang.IllegalStateException: text`, `pkg.module.SomeError`, `Shop::LostError (text):`, `** (RuntimeError) text`: the name of an
 * exception and nothing before it. `Error loading plugin` is a sentence.
 */
export function isExceptionHead(line: string): boolean {
  const first = line.charCodeAt(0);
  if (first === 42) return /^\*\* \([A-Z][\w.]*\) /.test(line);
  if (!isNameChar(first) || isDigit(first)) return false;
  const end = line.search(/[:\s]/);
  const name = end < 0 ? line : line.slice(0, end);
  if (line.charCodeAt(end + 1) === 58) return /^[A-Z]\w*(?:::[A-Z]\w*)+(?: \(|: )/.test(line);
  const ends = end < 0 || line.charCodeAt(end) === 58 || isBlank(line.slice(end));
  return ends && name.length < 200 && ENDING.test(name) && NAME.test(name);
}

/** The line that ends a traceback of Python, whose exceptions may have any name: `shop.Lost: 12`. */
export function endsTraceback(line: string): boolean {
  return isExceptionHead(line) || /^[A-Za-z_][\w.]{0,200}(?:: |:?$)/.test(line);
}

const GO_STARTS = ["goroutine ", "created by ", "exit status", "[signal "];

/** `main.main()`, `net/http.(*conn).serve(0xc000, {0x1})`: a call, with no space before its first bracket. */
export function isGoFrame(line: string): boolean {
  if (GO_STARTS.some((start) => line.startsWith(start))) return true;
  const open = line.indexOf("(");
  const space = line.indexOf(" ");
  return open > 0 && line.endsWith(")") && (space < 0 || open < space);
}

const GO_FUNCTION = /^[\w./~%@-]*\w\.(?:\(\*?\w+(?:\[\.\.\.\])?\)\.)?\w+(?:[.-]\w+|\[\.\.\.\])*$/;

/** `example.org/shop.(*Ledger).open`, `main.run.func2.1`: a function as zap names it, the place on the next line. */
export function isGoFunction(line: string): boolean {
  return line.length < 300 && line.indexOf(" ") < 0 && GO_FUNCTION.test(line);
}
