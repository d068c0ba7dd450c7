import { knownTokenAt } from "./known-tokens.ts";
import { leastRandomChars, looksRandom } from "./randomness.ts";
import { secretName } from "./secret-names.ts";
import { type Span, valueAfter } from "./value-span.ts";

// Characters of a word: letters, digits, and what base64, URLs, paths and tokens use inside.
const isWord = new Uint8Array(128);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/.~%")
  isWord[char.charCodeAt(0)] = 1;
const word = (code: number) => code < 128 && isWord[code] === 1;

const maxUserInfo = 300;
const maxPemChars = 64_000;
const equals = 61;
const dash = 45;
const colon = 58;

const atSign = 64;
const slashCode = 47;

function onlyDigits(text: string, from: number, to: number): boolean {
  for (let i = from; i < to && i < from + 6; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** `user:password@` right after `scheme://`; the span of the password. There is an `@` within reach. */
function urlPassword(text: string, at: number): Span | undefined {
  const limit = Math.min(text.length, at + maxUserInfo);
  let secretAt = -1;
  let end = -1;
  for (let i = at; i < limit; i++) {
    const code = text.charCodeAt(i);
    // Blanks, quotes and angle brackets end an address.
    if (code <= 32 || code === 34 || code === 39 || code === 60 || code === 62 || code === 96) break;
    if (code === colon && secretAt < 0) secretAt = i + 1;
    else if (code === atSign && secretAt >= 0) end = i;
    else if (code === slashCode || code === 63 || code === 35) {
      // A slash after the host, or after a port, ends the part that can hold credentials; one inside a password does not.
      if (end >= 0 || secretAt < 0 || onlyDigits(text, secretAt, i)) break;
    }
  }
  return end > secretAt && secretAt > 0 && !text.startsWith("<redacted-", secretAt)
    ? { from: secretAt, to: end, kind: "url-password" }
    : undefined;
}

function printable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code > 126) return false;
  }
  return text.length > 0;
}

/** Upper and lower case letters, digits and the signs of base64, padded at most twice, and nothing else. */
function mayBeBase64(text: string, from: number, to: number): boolean {
  let upper = false;
  let lower = false;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code >= 97 && code <= 122) lower = true;
    else if (code >= 65 && code <= 90) upper = true;
    else if (!(code >= 48 && code <= 57) && code !== 43 && code !== 47 && code !== 45 && code !== 95 && code !== equals)
      return false;
  }
  return upper && lower;
}

/** Base64 or percent-encoding around something that would be redacted in the clear. */
function wraps(text: string, from: number, to: number, hasPercent: boolean, known: Map<string, boolean>): boolean {
  const length = to - from;
  if (length < 8 || length > 8_192 || (!hasPercent && !mayBeBase64(text, from, to))) return false;
  const piece = text.slice(from, to);
  const before = known.get(piece);
  if (before !== undefined) return before;
  let found = false;
  if (hasPercent) {
    try {
      const decoded = decodeURIComponent(piece);
      found = decoded !== piece && findSecrets(decoded, true).length > 0;
    } catch {
      // Not percent-encoding after all: a stray sign in ordinary text.
    }
  } else {
    const decoded = Buffer.from(piece, "base64").toString("latin1");
    found = decoded.length >= 8 && printable(decoded) && findSecrets(decoded, true).length > 0;
  }
  if (known.size < 1_000) known.set(piece, found);
  return found;
}

/**
 * Finds what must not leave: spans of the text in order, not overlapping. One pass; every look ahead is bounded, so the time
 * is linear in the length whatever the text.
 */
export function findSecrets(text: string, nested = false): readonly Span[] {
  const spans: Span[] = [];
  const size = text.length;
  const decoded = new Map<string, boolean>();
  let nameSaysSecretUntil = -1;
  let pemMayEnd = true;
  let nextAt = -1;
  let i = 0;
  while (i < size) {
    if (!word(text.charCodeAt(i))) {
      i++;
      continue;
    }
    const from = i;
    let percent = false;
    let slash = false;
    let code = text.charCodeAt(i);
    do {
      if (code === 37) percent = true;
      else if (code === 47) slash = true;
      i++;
      code = i < size ? text.charCodeAt(i) : 0;
    } while (word(code));
    let to = i;

    if (text.charCodeAt(from) === dash && text.startsWith("-----BEGIN", from)) {
      // Without an end the block reaches as far as a key could.
      const end = pemMayEnd ? text.indexOf("-----END", to) : -1;
      if (end < 0) pemMayEnd = false;
      const close = end < 0 ? -1 : text.indexOf("-----", end + 8);
      const stop = close < 0 ? Math.min(size, from + maxPemChars) : Math.min(close + 5, from + maxPemChars);
      spans.push({ from, to: stop, kind: "pem" });
      i = stop;
      continue;
    }
    if (code === colon && text.startsWith("://", i)) {
      if (nextAt < i) nextAt = text.indexOf("@", i);
      if (nextAt < 0) nextAt = size;
      const password = nextAt - i < maxUserInfo ? urlPassword(text, i + 3) : undefined;
      if (password) {
        spans.push(password);
        i = password.to;
        continue;
      }
    }
    // A name with its value: `name=`, `"name": "`, `--name value`, `name: |`.
    const value = valueAfter(text, from, to, nameSaysSecretUntil >= from);
    if (value.type === "secret") {
      for (const span of value.spans) spans.push(span);
      i = value.next;
      nameSaysSecretUntil = -1;
      continue;
    }
    if (value.type === "names-secret") nameSaysSecretUntil = to + 240;
    else if (value.type === "names-other") nameSaysSecretUntil = -1;

    // Trailing padding belongs to a base64 word, an equals sign before a value does not.
    while (
      to < size &&
      to - i < 2 &&
      text.charCodeAt(to) === equals &&
      !(to + 1 < size && word(text.charCodeAt(to + 1)))
    )
      to++;
    let known = knownTokenAt(text, from);
    let at = from;
    for (let k = from + 1; !known && slash && k < i; k++) {
      if (text.charCodeAt(k - 1) !== 47) continue;
      known = knownTokenAt(text, k);
      at = k;
    }
    if (known) {
      spans.push({ from: at, to: known.end, kind: known.kind });
      i = Math.max(i, known.end);
    } else if (to - from >= leastRandomChars && looksRandom(text, from, to)) {
      spans.push({ from, to, kind: "token" });
      i = to;
    } else if (!nested && (percent || to - from >= 12) && wraps(text, from, to, percent, decoded)) {
      spans.push({ from, to, kind: "encoded" });
      i = to;
    }
  }
  return spans;
}

/** True when a name alone says that what it holds is secret. */
export function isSecretName(name: string): boolean {
  return secretName(name) !== undefined;
}
