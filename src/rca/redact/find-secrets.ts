import { boundParameters } from "./bound-parameters.ts";
import { foreignSecrets } from "./foreign-names.ts";
import { knownTokenIn } from "./known-tokens.ts";
import { beginsFields, hashAt, isProductKey, leastKeyChars, pgpassAt } from "./line-formats.ts";
import { leastRandomChars, looksRandom } from "./randomness.ts";
import { secretName } from "./secret-names.ts";
import type { Span } from "./span.ts";
import { createSpeech, inOrder, speaks } from "./speech.ts";
import { spokenSecret } from "./spoken-secret.ts";
import { accountPassword, barePassword, maxAccount, maxUserInfo, nextDriver, urlPassword } from "./url-password.ts";
import { credentialAfter, valueAfter } from "./value-span.ts";

// Characters of a word: letters, digits, and what base64, URLs, paths and tokens use inside.
const isWord = new Uint8Array(128);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/.~%")
  isWord[char.charCodeAt(0)] = 1;
const word = (code: number) => code < 128 && isWord[code] === 1;

const maxPemChars = 64_000;
const pemBegin = "-----BEGIN";
const equals = 61;
const colon = 58;
const atSign = 64;

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

/** Encodings around encodings that are looked through; each is shorter than what holds it. */
const mostWrappings = 2;

function percentDecoded(piece: string): string {
  let text = piece;
  for (let round = 0; round < 3 && text.includes("%"); round++) text = decodeURIComponent(text);
  return text;
}

interface Word {
  readonly from: number;
  readonly to: number;
  readonly hasPercent: boolean;
}

/** Base64 or percent-encoding around something that would be redacted in the clear. */
function wraps(text: string, { from, to, hasPercent }: Word, known: Map<string, boolean>, depth: number): boolean {
  const length = to - from;
  if (length < 8 || length > 8_192 || (!hasPercent && !mayBeBase64(text, from, to))) return false;
  const piece = text.slice(from, to);
  const before = known.get(piece);
  if (before !== undefined) return before;
  let found = false;
  if (hasPercent) {
    try {
      const decoded = percentDecoded(piece);
      found = decoded !== piece && findSecrets(decoded, mostWrappings).length > 0;
    } catch {
      // Not percent-encoding after all: a stray sign in ordinary text.
    }
  } else {
    const decoded = Buffer.from(piece, "base64").toString("latin1");
    found = decoded.length >= 8 && printable(decoded) && findSecrets(decoded, depth + 1).length > 0;
  }
  if (known.size < 1_000) known.set(piece, found);
  return found;
}

/**
 * Finds what must not leave: spans of the text in order, not overlapping. One pass; every look ahead is bounded, so the time
 * is linear in the length whatever the text.
 */
export function findSecrets(text: string, depth = 0): readonly Span[] {
  const spans: Span[] = [];
  const size = text.length;
  const decoded = new Map<string, boolean>();
  let nameSaysSecretUntil = -1;
  let pemMayEnd = true;
  let pemAt = text.indexOf(pemBegin);
  let nextAt = -1;
  let driverAt = nextDriver(text, 0);
  let lookedUntil = -1;
  let waiting: Span | undefined;
  const speech = createSpeech(text, depth === 0 ? [...foreignSecrets(text), ...boundParameters(text)] : []);
  const { mayLook } = speech;
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

    if (waiting && waiting.from < i) {
      spans.push(waiting);
      i = Math.max(i, waiting.to);
      waiting = undefined;
      continue;
    }
    if (pemAt >= 0 && pemAt < from) pemAt = text.indexOf(pemBegin, from);
    if (pemAt >= 0 && pemAt < i) {
      // Without an end the block reaches as far as a key could.
      const end = pemMayEnd ? text.indexOf("-----END", to) : -1;
      if (end < 0) pemMayEnd = false;
      const close = end < 0 ? -1 : text.indexOf("-----", end + 8);
      const stop = Math.min(close < 0 ? size : close + 5, pemAt + maxPemChars);
      spans.push({ from: pemAt, to: stop, kind: "pem" });
      i = stop;
      continue;
    }
    if (code === colon && text.startsWith("://", i)) {
      if (nextAt < i) nextAt = text.indexOf("@", i);
      if (nextAt < 0) nextAt = size;
      const password =
        nextAt - i < maxUserInfo || text.charCodeAt(i + 3) > 32 ? urlPassword(text, i + 3, nextAt < size) : undefined;
      if (password) {
        spans.push(password);
        i = password.to;
        continue;
      }
    }
    if (code === 36 && text.charCodeAt(from - 1) === 36 && mayLook(i)) {
      const hash = hashAt(text, from, i);
      if (hash) {
        spans.push(hash);
        i = hash.to;
        continue;
      }
    }
    if (code === colon && beginsFields(text, from, i) && mayLook(i)) {
      const password = pgpassAt(text, text.charCodeAt(from - 1) === colon ? from - 6 : from);
      if (password) {
        spans.push(password);
        i = password.to;
        continue;
      }
    }
    if (driverAt < i) driverAt = nextDriver(text, i);
    if (code === colon && nextAt < i) nextAt = text.indexOf("@", i);
    if (nextAt < 0) nextAt = size;
    const mayBeAccount = code === colon ? driverAt - i < maxAccount : code === atSign && slash;
    const account = mayBeAccount
      ? accountPassword(text, from, i)
      : code === colon && nextAt - i < maxAccount
        ? barePassword(text, i + 1, mayLook)
        : undefined;
    if (account) {
      spans.push(account);
      i = account.to;
      continue;
    }
    // A name with its value: `name=`, `"name": "`, `--name value`, `name: |`.
    let value = valueAfter(text, from, to, nameSaysSecretUntil >= from);
    if (value.type === "none") value = credentialAfter(text, from, to);
    if (value.type === "secret") {
      for (const span of value.spans) spans.push(span);
      i = value.next;
      nameSaysSecretUntil = -1;
      continue;
    }
    if (value.type === "names-secret") {
      // With a value of its own already, what follows is another's.
      nameSaysSecretUntil = value.spans ? -1 : to + 240;
      if (value.spans) speech.add(value.spans);
    } else if (value.type === "names-other") nameSaysSecretUntil = -1;
    else {
      if (speaks(text, from, to)) speech.listen(from, to);
      const spoken = spokenSecret(text, from, to, lookedUntil);
      // What stands between is looked at as well: `-u` and a name, options of a command.
      if (spoken?.span) waiting = spoken.span;
      else if (spoken?.lookedUntil) lookedUntil = spoken.lookedUntil;
    }

    // Trailing padding belongs to a base64 word, an equals sign before a value does not.
    while (
      to < size &&
      to - i < 2 &&
      text.charCodeAt(to) === equals &&
      !(to + 1 < size && word(text.charCodeAt(to + 1)))
    )
      to++;
    const known = knownTokenIn(text, from, i);
    if (known) {
      spans.push({ from: known.from, to: known.end, kind: known.kind });
      i = Math.max(i, known.end);
    } else if (
      (to - from >= leastRandomChars && looksRandom(text, from, to)) ||
      (to - from >= leastKeyChars && isProductKey(text, from, to))
    ) {
      spans.push({ from, to, kind: "token" });
      i = to;
    } else if (
      depth < mostWrappings &&
      (percent || to - from >= 12) &&
      wraps(text, { from, to, hasPercent: percent }, decoded, depth)
    ) {
      spans.push({ from, to, kind: "encoded" });
      i = to;
    }
  }
  if (waiting) spans.push(waiting);
  return speech.heard.length === 0 ? spans : inOrder([...spans, ...speech.heard]);
}

/** True when a name alone says that what it holds is secret. */
export function isSecretName(name: string): boolean {
  return secretName(name) !== undefined;
}
