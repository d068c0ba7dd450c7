import type { Level } from "./level.ts";

/** Only the beginning of a message is searched for words of trouble, in characters. */
const MAX_SEARCHED = 1_000;

const FATAL = [
  "panic:",
  "fatal error:",
  "kernel panic",
  "segmentation fault",
  "sigsegv",
  "core dumped",
  "outofmemoryerror",
  "heap out of memory",
  "out of memory: kill",
  "panicked at",
  "double free or corruption",
  "stack smashing detected",
  "terminate called after throwing",
];

/** `run.sh: line 3: 7 Killed  java`, `exec /app/run: no such file or directory`: what a shell and a runtime say of a program that is gone. */
const GONE = /: +\d+ (?:killed|aborted|bus error)\b|^exec \S+: no such file or directory/;

const ERROR = [
  "traceback (most recent call last)",
  "exception in thread",
  "unhandled exception",
  "unhandled promise rejection",
  "unhandledpromiserejection",
  "uncaught",
  "npm err!",
  "caused by:",
  "connection refused",
  "connection reset",
  "connection timed out",
  "econnrefused",
  "econnreset",
  "etimedout",
  "enotfound",
  "enospc",
  "socket hang up",
  "broken pipe",
  "no such host",
  "no route to host",
  "permission denied",
  "access denied",
  "no space left on device",
  "too many open files",
  "deadlock detected",
  "deadline exceeded",
  "bad gateway",
  "service unavailable",
  "oomkilled",
  "out of memory",
  "i/o timeout",
  "tls handshake timeout",
  "signed by unknown authority",
  "certificate has expired",
  "unexpected eof",
  "network is unreachable",
  "name or service not known",
  "read-only file system",
  "operation not permitted",
  "address already in use",
  "disk quota exceeded",
  "stale file handle",
  "transport endpoint is not connected",
  ": command not found",
  "executable file not found",
  "exec user process caused",
  "flag provided but not defined",
  "unknown flag: ",
  "unrecognized option",
];

/** `sh: 7: shelf: not found`, `/bin/sh: can't open '/open.sh'`: what a shell says of what it cannot run. */
const SHELL = /^(?:\/\S{1,200}|(?:ba|da|a|z)?sh): (?:.{1,200}: not found$|can't open )/;

const WARN = ["warning", "deprecated", "retrying", "backing off", "throttl", "slow query"];

/** Words that mean trouble unless a zero or a denial stands next to them. */
const DOUBTFUL = [
  "error",
  "exception",
  "fail",
  "fatal",
  "critical",
  "timed out",
  "timeout exceeded",
  "unable to",
  "could not",
  "cannot ",
];

function isWordChar(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 95;
}

/** `0 errors`, `no failures`, `without error`, `not fatal`: the word before denies it. */
function deniedBefore(text: string, at: number): boolean {
  let end = at;
  while (end > 0 && !isWordChar(text.charCodeAt(end - 1))) {
    const code = text.charCodeAt(end - 1);
    if (code !== 32 && code !== 61 && code !== 58 && code !== 45) return false;
    end--;
  }
  let start = end;
  while (start > 0 && isWordChar(text.charCodeAt(start - 1))) start--;
  const word = text.slice(start, end);
  return (
    word === "0" ||
    word === "no" ||
    word === "without" ||
    word === "zero" ||
    word === "not" ||
    word === "non" ||
    word === "any"
  );
}

/** What may stand between the word of trouble and its figure. */
const measured = [" rate", " count"];

/** `errors: 0`, `failed=0`, `error=null`, `error rate 0.0`: the value after it is nothing. */
function nothingAfter(text: string, from: number): boolean {
  let i = from;
  while (isWordChar(text.charCodeAt(i))) i++;
  i += measured.find((word) => text.startsWith(word, i))?.length ?? 0;
  let marks = 0;
  while (
    marks < 4 &&
    (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 58 || text.charCodeAt(i) === 61 || text.charCodeAt(i) === 34)
  ) {
    i++;
    marks++;
  }
  if (marks === 0) return false;
  const rest = text.slice(i, i + 6);
  if (/^0(?:\.0+)?(?![\d.]*[1-9])/.test(rest)) return true;
  return /^(?:null|nil|none|false|nan|ok\b|<nil>|$)/.test(rest) && text.charCodeAt(from) !== 32;
}

/** A part of a longer name (`errorhandler`, `failover`, `error_log=`) says nothing about now. */
function isOwnWord(text: string, at: number, size: number): boolean {
  // The JVM collects garbage because of one.
  if (text.startsWith("(allocation failure)", at - 12)) return false;
  const before = text.charCodeAt(at - 1);
  if (at > 0 && (before === 47 || before === 95 || before === 46 || before === 45)) return false;
  const tail = text.slice(at + size, at + size + 8);
  return !/^(?: ?handl|over|hand|page|_lo|log|safe|ban|back|fast)/.test(tail) && !/^s?[./_-]\w/.test(tail);
}

function doubtful(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    if (isOwnWord(text, at, word.length) && !deniedBefore(text, at) && !nothingAfter(text, at + word.length))
      return true;
  }
  return false;
}

/**
 * The severity of a sentence that states none, from its words: `panic:` and `connection refused` count, `0 errors`,
 * `failed=0` and `failover ready` do not. Undefined when nothing is said.
 */
export function severityOfWords(message: string): Level | undefined {
  const text = message.slice(0, MAX_SEARCHED).toLowerCase();
  if (FATAL.some((phrase) => text.includes(phrase)) || GONE.test(text)) return "fatal";
  if (SHELL.test(text)) return "error";
  if (ERROR.some((phrase) => text.includes(phrase) && !deniedBefore(text, text.indexOf(phrase)))) return "error";
  if (DOUBTFUL.some((word) => doubtful(text, word))) return "error";
  return WARN.some((word) => text.includes(word)) ? "warn" : undefined;
}
