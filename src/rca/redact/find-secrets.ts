import { boundParameters } from "./bound-parameters.ts";
import { changedValues } from "./changed-values.ts";
import { foreignSecrets } from "./foreign-names.ts";
import { knownTokenIn } from "./known-tokens.ts";
import { beginsFields, hashAt, isProductKey, leastKeyChars, pgpassAt, puttyKeys } from "./line-formats.ts";
import { groupChars, leastPaymentChars, paymentNumber } from "./payment-numbers.ts";
import { lastBehindPlaced, placed } from "./placed.ts";
import { plainView } from "./plain-view.ts";
import { leastRandomChars, looksRandom } from "./randomness.ts";
import { secretName } from "./secret-names.ts";
import { secretObjects } from "./secret-objects.ts";
import type { Span } from "./span.ts";
import { createLooks, createSpeech, inOrder, speaks } from "./speech.ts";
import { spokenSecret } from "./spoken-secret.ts";
import { accountPassword, barePassword, createDrivers, maxAccount, maxUserInfo, urlPassword } from "./url-password.ts";
import { credentialAfter, valueAfter } from "./value-span.ts";
import { mostWrappings, wraps } from "./wrapped-secret.ts";

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

/** What is told by signs that are looked up in the whole text rather than word by word. */
const fromAnchors = (text: string) => [
  ...foreignSecrets(text),
  ...boundParameters(text),
  ...puttyKeys(text),
  ...secretObjects(text),
  ...changedValues(text, createLooks()),
];

/**
 * Finds what must not leave: spans of the text in order, not overlapping. Looks at the text as it is written, and as a person
 * reads it where that differs. Every look ahead is bounded, so the time is linear in the length whatever the text.
 */
export function findSecrets(text: string): readonly Span[] {
  const view = plainView(text);
  if (!view) return secretsIn(text, 0);
  const found = view.isAsLong ? foreignSecrets(text) : secretsIn(text, 0);
  return inOrder([...found, ...secretsIn(view.text, 0).map(view.original)]);
}

function secretsIn(text: string, depth: number): readonly Span[] {
  const spans: Span[] = [];
  const size = text.length;
  const decoded = new Map<string, boolean>();
  let nameSaysSecretUntil = -1;
  let pemMayEnd = true;
  let pemAt = text.indexOf(pemBegin);
  let nextAt = -1;
  const nextDriver = createDrivers(text);
  let driverAt = nextDriver(0);
  let lookedUntil = -1;
  let waiting: Span | undefined;
  const speech = createSpeech(text, depth === 0 ? fromAnchors(text) : []);
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
    if (driverAt < i) driverAt = nextDriver(i);
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
      nameSaysSecretUntil = value.namesNext ? value.next + 240 : -1;
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

    if (slash || code <= lastBehindPlaced) {
      const place = placed(text, { from, to: i, slash }, mayLook);
      if (place) speech.add([place]);
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
    const payment =
      !known && (i - from === groupChars || i - from >= leastPaymentChars) && paymentNumber(text, from, i);
    if (known) {
      spans.push({ from: known.from, to: known.end, kind: known.kind });
      i = Math.max(i, known.end);
    } else if (payment) {
      spans.push(payment);
      i = payment.to;
    } else if (
      (to - from >= leastRandomChars && looksRandom(text, from, to)) ||
      (to - from >= leastKeyChars && isProductKey(text, from, to))
    ) {
      spans.push({ from, to, kind: "token" });
      i = to;
    } else if (
      depth < mostWrappings &&
      (percent || to - from >= 12) &&
      wraps(text, { from, to, hasPercent: percent }, decoded, depth, secretsIn)
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
