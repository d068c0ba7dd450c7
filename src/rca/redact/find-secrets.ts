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
const colon = 58;

/** `user:password@` right after `scheme://`; the span of the password. */
function urlPassword(text: string, at: number): Span | undefined {
  const limit = Math.min(text.length, at + maxUserInfo);
  let secretAt = -1;
  let end = -1;
  for (let i = at; i < limit; i++) {
    const char = text[i];
    if (
      char === " " ||
      char === '"' ||
      char === "'" ||
      char === "\n" ||
      char === "\t" ||
      char === "<" ||
      char === ">" ||
      char === "`"
    )
      break;
    if (char === ":" && secretAt < 0) secretAt = i + 1;
    else if (char === "@" && secretAt >= 0) end = i;
    else if (
      (char === "/" || char === "?" || char === "#") &&
      (end >= 0 || secretAt < 0 || /^\d*$/.test(text.slice(secretAt, Math.min(i, secretAt + 6))))
    )
      break;
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

/** Base64 or percent-encoding around something that would be redacted in the clear. */
function wraps(text: string, from: number, to: number, hasPercent: boolean): boolean {
  const length = to - from;
  if (length < 8 || length > 8_192) return false;
  const piece = text.slice(from, to);
  if (hasPercent) {
    try {
      const decoded = decodeURIComponent(piece);
      if (decoded !== piece && findSecrets(decoded, true).length > 0) return true;
    } catch {
      // Not percent-encoding after all: a stray sign in ordinary text.
    }
  }
  if (length < 12 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(piece) || !/[A-Z]/.test(piece) || !/[a-z]/.test(piece))
    return false;
  const decoded = Buffer.from(piece, "base64").toString("latin1");
  return decoded.length >= 8 && printable(decoded) && findSecrets(decoded, true).length > 0;
}

/**
 * Finds what must not leave: spans of the text in order, not overlapping. One pass; every look ahead is bounded, so the time
 * is linear in the length whatever the text.
 */
export function findSecrets(text: string, nested = false): readonly Span[] {
  const spans: Span[] = [];
  const size = text.length;
  let nameSaysSecretUntil = -1;
  let pemMayEnd = true;
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

    if (text.startsWith("-----BEGIN", from)) {
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
      const password = urlPassword(text, i + 3);
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
    } else if (!nested && (percent || to - from >= 12) && wraps(text, from, to, percent)) {
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
