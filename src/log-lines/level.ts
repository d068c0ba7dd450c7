/** Severity of a line, as its writer stated it. */
export type Level = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** Rank of the worst level. */
export const FATAL = 6;

const LEVELS: readonly Level[] = ["trace", "debug", "info", "warn", "error", "fatal"];

const WORDS: Readonly<Record<Level, string>> = {
  trace: "trace trc finest finer verbose vrb silly trac trce",
  debug: "debug dbg debu dbug debg fine debug1 debug2 debug3 debug4 debug5",
  info: "info information inf notice note log statement config audit success succ",
  warn: "warn warning wrn",
  error: "error err eror erro severe failure fail critical crit",
  fatal: "fatal ftl fata pnc panic pani alert emerg emergency dpanic",
};

/** Longest level word, in characters; nothing longer is hashed. */
const LONGEST = 11;

function step(hash: number, code: number): number {
  return Math.imul(hash ^ (code | 32), 0x01000193);
}

const byHash = new Map<number, number>();
for (const [rank, level] of LEVELS.entries()) {
  for (const word of WORDS[level].split(" ")) {
    let hash = 0x811c9dc5 | 0;
    for (let i = 0; i < word.length; i++) hash = step(hash, word.charCodeAt(i));
    byHash.set(hash, rank + 1);
  }
}

/** Rank (1 trace .. 6 fatal) of the word text[start, end), in any letter case; 0 when it is not a level. */
export function levelRank(text: string, start: number, end: number): number {
  if (end - start < 3 || end - start > LONGEST) return 0;
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) hash = step(hash, text.charCodeAt(i));
  return byHash.get(hash) ?? 0;
}

const FATAL_ERROR = /fatal error: +(?=\S)/iy;

/** `fatal error: `: a level of two words; where what follows begins, -1 when they do not stand at `at`. */
export function afterFatalError(text: string, at: number): number {
  if ((text.charCodeAt(at) | 32) !== 102) return -1;
  FATAL_ERROR.lastIndex = at;
  return FATAL_ERROR.test(text) ? FATAL_ERROR.lastIndex : -1;
}

/** Rank of the one-letter levels of klog (`I W E F`) and Android (`V D I W E F`); 0 for any other character. */
export function letterRank(code: number): number {
  switch (code) {
    case 86:
      return 1;
    case 68:
      return 2;
    case 73:
      return 3;
    case 87:
      return 4;
    case 69:
      return 5;
    case 70:
    case 65:
      return 6;
    default:
      return 0;
  }
}

/** `[W]` behind the time, as beego and its kin write it, with `T` for trace and `C` for critical. */
export function letterInBrackets(code: number): number {
  return code === 84 ? 1 : code === 67 ? 5 : letterRank(code);
}

/** Rank of a priority of syslog, whose lowest three bits are the severity (RFC 5424, 6.2.1). Critical is an error, as its word is. */
export function priorityRank(priority: number): number {
  const severity = priority & 7;
  return severity < 2 ? 6 : severity < 4 ? 5 : severity === 4 ? 4 : severity === 7 ? 2 : 3;
}

/** The level of a number of syslog, 0 (emergency) to 7 (debug), as GELF and journald tell it; undefined for anything else. */
export function levelOfSyslog(value: string | number): Level | undefined {
  return /^[0-7]$/.test(String(value)) ? levelOfRank(priorityRank(Number(value))) : undefined;
}

/** Is `one` stated, and more severe than `other`? */
export function isWorse(one: Level | undefined, other: Level | undefined): boolean {
  return one !== undefined && (other === undefined || LEVELS.indexOf(one) > LEVELS.indexOf(other));
}

/** The level of a rank given by `levelRank`; undefined for 0. */
export function levelOfRank(rank: number): Level | undefined {
  return LEVELS[rank - 1];
}

/** The level a field value states: a word in any case, or the numbers of bunyan and pino (10 trace .. 60 fatal). */
export function levelOf(value: string | number): Level | undefined {
  if (typeof value === "number") return value >= 10 && value <= 60 ? LEVELS[Math.floor(value / 10) - 1] : undefined;
  const word = value.trim();
  if (word.length === 1) return levelOfRank(letterRank(word.toUpperCase().charCodeAt(0)));
  if (/^[1-6]0$/.test(word)) return levelOf(Number(word));
  // Go's slog and zap between two levels: `DEBUG-4`, `INFO+2`, `Level(-3)`.
  const named = /^level\(-?\d{1,3}\)$/i.test(word) ? "debug" : word.replace(/[+-]\d{1,2}$/, "");
  return levelOfRank(levelRank(named, 0, named.length));
}
