import { isLetter } from "../../../log-lines/chars.ts";

/**
 * What one token of a message is, judged from counts the tokenizer gathers while it hashes the token, so that no token
 * is read twice. A variable is masked at once; a soft token (`eth1`, `worker3`, `com.example.Job`) stays text but needs
 * less evidence to become a variable later; a constant (`RUNNING`, `JOB_SETUP`) names a state and needs more.
 */
export const KIND = { text: 0, soft: 1, variable: 2, constant: 3 } as const;

/** Counts over the characters of one token; reused for every token. */
export interface TokenShape {
  /** Never 0, which marks values. */
  hash: number;
  length: number;
  digits: number;
  letters: number;
  /** Letters that are not a-f. */
  nonHex: number;
  upper: number;
  /** Upper-case letters that follow a lower-case one. */
  humps: number;
  dots: number;
  slashes: number;
  ats: number;
  /** Underscores, dashes, dollars, hashes and the like. */
  marks: number;
  leadingLetters: number;
  trailingDigits: number;
}

/** Of no characters yet; its hash is set by who reads a token. */
export function createShape(): TokenShape {
  return {
    hash: 1,
    length: 0,
    digits: 0,
    letters: 0,
    nonHex: 0,
    upper: 0,
    humps: 0,
    dots: 0,
    slashes: 0,
    ats: 0,
    marks: 0,
    leadingLetters: 0,
    trailingDigits: 0,
  };
}

/** Tokens longer than this are payload (encoded data, minified text), not vocabulary. */
const LONGEST_WORD = 80;
const SHORTEST_HEX_WORD = 8;

/** Common ones, those reserved by RFC 6761, and those that networks use for themselves (RFC 6762, appendix G). */
const GENERIC_DOMAINS = new Set([
  "com",
  "net",
  "org",
  "edu",
  "gov",
  "mil",
  "info",
  "biz",
  "local",
  "internal",
  "intranet",
  "private",
  "corp",
  "home",
  "lan",
  "localdomain",
  "localhost",
  "test",
  "example",
  "invalid",
  "arpa",
  "svc",
  "cluster",
]);

/** Endings of unit names (systemd.unit(5)). */
const UNITS = new Set([
  "service",
  "socket",
  "target",
  "mount",
  "automount",
  "timer",
  "slice",
  "scope",
  "device",
  "swap",
]);

/** Endings of files that programs read, write and load; those of source code also end the names of products (`Node.js`). */
const FILES = new Set(
  (
    "avi bak bin bmp bz2 cer cfg conf config crt csr css csv dat db der dll exe gif gz htm html ico img ini iso jar jpeg jpg json key ldb " +
    "lock log md mp3 mp4 ogg old orig pdf pem pid png properties rpm so sock sql sqlite sst svg swp tar tgz tmp toml tsv txt wal war wav " +
    "xml xz yaml yml zip"
  ).split(" "),
);

/** Two-letter endings that are file types or plain words more often than countries. */
const NOT_COUNTRIES = new Set([
  "id",
  "is",
  "in",
  "to",
  "go",
  "js",
  "ts",
  "py",
  "rs",
  "so",
  "cc",
  "sh",
  "md",
  "pl",
  "ms",
  "db",
  "vm",
  "no",
]);

/**
 * A token with digits is a value, except a name with one final digit (`eth0`, `ssh2`, `SOCKS5`), which is as often a word.
 * Without digits: addresses with `@`, paths, long hexadecimal words and host names are values.
 */
export function maskKind(shape: TokenShape, text: string, start: number, end: number): number {
  if (shape.length > LONGEST_WORD) return KIND.variable;
  if (shape.digits > 0) {
    const nameWithDigit = shape.digits === 1 && shape.trailingDigits === 1 && shape.leadingLetters === shape.length - 1;
    return nameWithDigit && shape.leadingLetters > 1 ? KIND.soft : KIND.variable;
  }
  if (shape.letters === 0) return KIND.text;
  if (shape.upper === shape.letters && shape.upper > 1 && shape.dots + shape.slashes + shape.ats === 0)
    return KIND.constant;
  if (shape.ats > 0 && shape.leadingLetters > 0 && (shape.dots + shape.marks > 0 || isLetter(text.charCodeAt(end - 1))))
    return KIND.variable;
  if (shape.slashes > 0) {
    const isPlace = shape.slashes > 1 || shape.dots > 0 || isMediaType(text, start, end);
    return isPlace || isObjectKey(shape, text, start, end) ? KIND.variable : KIND.soft;
  }
  if (shape.nonHex === 0 && shape.length >= SHORTEST_HEX_WORD && shape.dots === 0) return KIND.variable;
  if (shape.dots > 0)
    return isFileName(text, start, end) || isHostName(shape, text, start, end) ? KIND.variable : KIND.soft;
  return shape.humps > 0 || shape.marks > 0 ? KIND.soft : KIND.text;
}

/** Digits of a code that names a message; fewer number a device (`CPU0:`). */
const CODE_DIGITS = 4;

/** `AH00128:`, `ORA-00942:`, `WSVR0200I:`: capital letters and a number of fixed length, which say which message it is. */
export function isMessageCode(shape: TokenShape): boolean {
  const after = shape.letters - shape.leadingLetters;
  return (
    shape.digits >= CODE_DIGITS &&
    (after === 1 ? shape.trailingDigits === 0 : after === 0 && shape.digits === shape.trailingDigits) &&
    shape.leadingLetters >= 2 &&
    shape.leadingLetters <= 8 &&
    shape.upper === shape.letters &&
    shape.length <= shape.letters + shape.digits + 1 &&
    shape.nonHex > 0
  );
}

/** Top-level media types (RFC 6838; IANA's registry). */
const MEDIA = new Set(["application", "audio", "font", "image", "message", "model", "multipart", "text", "video", "*"]);

/** `application/json`, `text/html`: what a body is. */
function isMediaType(text: string, start: number, end: number): boolean {
  const slash = text.indexOf("/", start);
  return slash < end - 1 && MEDIA.has(text.slice(start, slash));
}

/** `kube-system/my-lock`: the names of a namespace and an object, as a controller joins them; words (`read/write`) have no dash. */
function isObjectKey(shape: TokenShape, text: string, start: number, end: number): boolean {
  const slash = text.indexOf("/", start);
  const dash = text.indexOf("-", start);
  return (
    shape.upper === 0 &&
    dash > start &&
    dash < end - 1 &&
    slash < end - 1 &&
    shape.letters + shape.digits + shape.marks + 1 === shape.length &&
    isLetter(text.charCodeAt(start)) &&
    isLetter(text.charCodeAt(slash + 1))
  );
}

/** `storage.config`, `kex.so`: a name, a dot and the ending of a file. */
function isFileName(text: string, start: number, end: number): boolean {
  const dot = text.lastIndexOf(".", end - 1);
  return dot > start && FILES.has(text.slice(dot + 1, end));
}

/** `ns.example.com`, `proxy.lab.edu.hk`, `ssh.service`: lower case, and a last label that names a domain rather than a class or a file. */
function isHostName(shape: TokenShape, text: string, start: number, end: number): boolean {
  if (shape.upper > 0) return false;
  const last = text.lastIndexOf(".", end - 1);
  if (last <= start || last === end - 1) return false;
  const ending = text.slice(last + 1, end);
  if (ending.length !== 2) return GENERIC_DOMAINS.has(ending) || UNITS.has(ending);
  return (
    shape.dots > 1 && !NOT_COUNTRIES.has(ending) && !text.startsWith("com.", start) && !text.startsWith("org.", start)
  );
}
