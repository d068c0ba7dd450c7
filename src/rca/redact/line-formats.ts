import type { Span } from "./span.ts";

/** Hashes of passwords as crypt(3), Apache and others write them: `$2y$10$…`, `$argon2id$v=19$…`. They can be guessed at leisure. */
const hashes = /^(?:apr1|A|1|2[abxy]?|5|6|7|y|gy|sm3|sha1|argon2(?:id|i|d)|scrypt|pbkdf2(?:-sha\d+)?|bcrypt-sha256)$/;
const hash = /\$[A-Za-z0-9-]{1,16}\$[./A-Za-z0-9$=,+-]{16,512}/y;
/** `.pgpass`: host:port:database:user:password, alone on its line. */
const pgpass =
  /([^\s:]{1,255}):(?:\d{2,5}|\*):[*A-Za-z_][^\s:]{0,63}:[A-Za-z_][^\s:]{0,63}:(\S{4,256})[ \t]*(?:\r?\n|$)/y;
/** Keys that are sold: groups of capitals and digits. */
const groups = /^[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){3,7}$/;

const newline = 10;
const asterisk = 42;
const colon = 58;
const anyPlace = "*:*:*:";

/** Where a line of five fields begins of which `from`..`to` is the first, `host:5432:`, or the fourth behind `*:*:*:`; -1 when it is none. */
export function beginOfFields(text: string, from: number, to: number): number {
  const before = from > 0 ? text.charCodeAt(from - 1) : newline;
  if (before === colon)
    return from >= anyPlace.length && text.startsWith(anyPlace, from - anyPlace.length) ? from - anyPlace.length : -1;
  if (before !== newline) return -1;
  const port = to + 1 < text.length ? text.charCodeAt(to + 1) : 0;
  return (port >= 48 && port <= 57) || port === asterisk ? from : -1;
}

/** No name of a hash is longer. */
export const longestHashName = 16;

/**
 * `from`..`to`: the word between the first two dollar signs. The span begins at the first of these; undefined when it
 * is no such hash.
 */
export function hashAt(text: string, from: number, to: number): Span | undefined {
  if (to - from > longestHashName || !hashes.test(text.slice(from, to))) return undefined;
  hash.lastIndex = from - 1;
  return hash.test(text) ? { from: from - 1, to: hash.lastIndex, kind: "hash" } : undefined;
}

/** `at`: the beginning of a line. */
export function pgpassAt(text: string, at: number): Span | undefined {
  pgpass.lastIndex = at;
  const [, host = "", password] = pgpass.exec(text) ?? [];
  // Numbers with colons are times and addresses.
  if (password === undefined || !/[A-Za-z.*]/.test(host)) return undefined;
  const from = text.lastIndexOf(password, pgpass.lastIndex);
  return { from, to: from + password.length, kind: "password" };
}

/** Keys of PuTTY: the lines of base64 behind their number, up to the sum over them. */
const privateLines = "Private-Lines:";
const maxKey = 16_384;

/** Where the sum is missing, as in a text that was cut, 16,384 characters behind the number of lines are taken. */
export function puttyKeys(text: string): readonly Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf(privateLines); at >= 0; ) {
    const from = at + privateLines.length;
    const mac = /Private-MAC:\s{0,4}\w{1,200}/.exec(text.slice(from, from + maxKey));
    const to = mac ? from + mac.index + mac[0].length : Math.min(text.length, from + maxKey);
    spans.push({ from, to, kind: "pem" });
    at = text.indexOf(privateLines, to);
  }
  return spans;
}

/** Four groups of four, and the dashes between them. */
export const leastKeyChars = 19;

/** `ABCDE-12345-FGHIJ-67890`: groups of the same length, with letters that no hexadecimal number has. */
export function isProductKey(text: string, from: number, to: number): boolean {
  if (to - from > 55) return false;
  const first = text.indexOf("-", from) - from;
  if (first < 4 || first > 6) return false;
  const word = text.slice(from, to);
  return (
    groups.test(word) && /\d/.test(word) && /[A-Z]/.test(word) && word.split("-").every((one) => one.length === first)
  );
}
