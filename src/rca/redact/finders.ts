import { callArgument, mayCall } from "./call-arguments.ts";
import { beyondAscii, end, type Finder } from "./gates.ts";
import { knownTokenAt, knownTokenWithin, leastTokenChars, tokenStarts } from "./known-tokens.ts";
import { beginOfFields, hashAt, isProductKey, leastKeyChars, longestHashName, pgpassAt } from "./line-formats.ts";
import { linePair, mayBePair } from "./line-pair.ts";
import { leastPathChars, pathSecret } from "./path-secret.ts";
import { groupChars, paymentNumber, paymentStarts } from "./payment-numbers.ts";
import { leastRandomChars, looksRandom } from "./randomness.ts";
import { isWordSign, notHere, type Reading, take } from "./reading.ts";
import type { Span } from "./span.ts";
import { longestSpoken, spokenSecret, spokenStarts } from "./spoken-secret.ts";
import { barePassword, driverPassword, maxAccount, maxUserInfo, oraclePassword, urlPassword } from "./url-password.ts";
import { behindName, credentialAfter, longestName, valueAfter } from "./value-span.ts";
import { mostWrappings, wraps } from "./wrapped-secret.ts";

const dollar = 36;
const equals = 61;
/** A value stands at most so far behind the name that announces it. */
const namedChars = 240;
/** The padding of base64. */
const mostPadding = 2;
const leastEncodedChars = 12;

/** What is looked for at each word, in this order. What finds something decides where reading goes on; the others are not asked. */
export const finders: readonly Finder[] = [
  // `https://ann:secret@host`.
  { behind: ":", find: inAddress },
  // `$6$…`: what crypt(3) makes of a password.
  { behind: "$", most: longestHashName, find: hashOfPassword },
  // `host:5432:shop:ann:secret`: a line of .pgpass.
  { behind: ":", find: inFields },
  // `ann:secret@tcp(db:3306)`, `ann:secret@db:5432/`.
  { behind: ":", find: ofAccount },
  // `thin:ann/secret@db`.
  { behind: "@", holds: "/", find: ofOracle },
  // `password=…`, `"token": "…"`, `--secret …`, `Authorization: Bearer …`.
  { behind: behindName, least: 2, most: longestName, find: namedValue },
  // `the password is …`, `secret key of ann: …`, a column called `password`.
  { behind: ` \t\r\n,;:|)"'\`${end}${beyondAscii}`, least: 2, most: 64, find: inSentence },
  // `mysql -p…`, `IDENTIFIED BY '…'`, `AUTH …`.
  { begins: spokenStarts, least: 2, most: longestSpoken, find: inCommand },
  // `https://hooks.slack.com/services/…`, `/reset-password/…`.
  { holds: "/", least: leastPathChars, find: inPath },
  // `login('ann', '…')`, `DB_PASSWORD<tab>…`.
  { behind: '( \t,"', find: byItsPlace },
  // `ghp_…`, `AKIA…`, `eyJ…`.
  { begins: tokenStarts, find: knownToken },
  // `prefix-ghp_…`.
  { least: leastTokenChars + 1, find: tokenWithin },
  // Cards and bank accounts.
  { begins: paymentStarts, least: groupChars, find: numberOfPayment },
  // Keys that no name gives away.
  { least: leastKeyChars - mostPadding, find: drawnAtRandom },
  // Any of these once more, in other letters: `password%3D…`, base64.
  { least: leastEncodedChars - mostPadding, find: inBase64 },
  { holds: "%", find: inPercents },
];

function inAddress(reading: Reading): number {
  const { text, to } = reading;
  if (!text.startsWith("://", to)) return notHere;
  const nextAt = reading.nextAtSign(to);
  return nextAt - to < maxUserInfo || text.charCodeAt(to + 3) > 32
    ? take(reading, urlPassword(text, to + 3, nextAt < text.length))
    : notHere;
}

function hashOfPassword(reading: Reading): number {
  const { text, from, to, speech } = reading;
  const isField = from > 0 && text.charCodeAt(from - 1) === dollar;
  return isField && speech.mayLook(to) ? take(reading, hashAt(text, from, to)) : notHere;
}

function inFields(reading: Reading): number {
  const { text, from, to, speech } = reading;
  const at = beginOfFields(text, from, to);
  return at >= 0 && speech.mayLook(to) ? take(reading, pgpassAt(text, at)) : notHere;
}

function ofAccount(reading: Reading): number {
  const { text, to, speech } = reading;
  const driverAt = Math.min(reading.nextTcp(to), reading.nextUnix(to));
  if (driverAt - to < maxAccount) return take(reading, driverPassword(text, to));
  return reading.nextAtSign(to) - to < maxAccount ? take(reading, barePassword(text, to + 1, speech.mayLook)) : notHere;
}

function ofOracle(reading: Reading): number {
  return take(reading, oraclePassword(reading.text, reading.from, reading.to));
}

function namedValue(reading: Reading): number {
  const { text, from, to } = reading;
  const after = valueAfter(text, from, to, reading.nameSaysSecretUntil >= from);
  const value = after.type === "none" ? credentialAfter(text, from, to) : after;
  if (value.type === "none") return notHere;
  if (value.type === "secret") {
    for (const span of value.spans) reading.spans.push(span);
    reading.nameSaysSecretUntil = value.namesNext ? value.next + namedChars : -1;
    return value.next;
  }
  reading.isName = true;
  // With a value of its own already, what follows is another's.
  reading.nameSaysSecretUntil = value.type === "names-secret" && !value.spans ? to + namedChars : -1;
  if (value.type === "names-secret" && value.spans) reading.speech.add(value.spans);
  return notHere;
}

function inSentence({ isName, speech, from, to }: Reading): number {
  if (!isName) speech.listen(from, to);
  return notHere;
}

function inCommand(reading: Reading): number {
  if (reading.isName) return notHere;
  const spoken = spokenSecret(reading.text, reading.from, reading.to, reading.lookedUntil);
  // What stands between is looked at as well: `-u` and a name, options of a command.
  if (spoken?.span) reading.waiting = spoken.span;
  else if (spoken?.lookedUntil) reading.lookedUntil = spoken.lookedUntil;
  return notHere;
}

/** A link may have values in it that end elsewhere: what is found goes apart from the order of the text, and the word is looked at further. */
function beside(reading: Reading, span: Span | undefined): number {
  if (span) reading.speech.add([span]);
  return notHere;
}

function inPath(reading: Reading): number {
  return beside(reading, pathSecret(reading.text, reading.from, reading.to));
}

function byItsPlace(reading: Reading): number {
  const { text, from, to, speech } = reading;
  if (reading.hasSlash && to - from >= leastPathChars) return notHere;
  if (mayCall(text, to)) return speech.mayLook(to) ? beside(reading, callArgument(text, from, to)) : notHere;
  return mayBePair(text, from, to) ? beside(reading, linePair(text, from, to, speech.mayLook)) : notHere;
}

function knownToken(reading: Reading): number {
  return beyond(reading, knownTokenAt(reading.text, reading.from));
}

function tokenWithin(reading: Reading): number {
  return beyond(reading, knownTokenWithin(reading.text, reading.from, reading.to));
}

/** A token may be longer than the word that it begins in, and end within it. */
const beyond = (reading: Reading, span: Span | undefined) =>
  span ? Math.max(reading.to, take(reading, span)) : notHere;

function numberOfPayment(reading: Reading): number {
  return take(reading, paymentNumber(reading.text, reading.from, reading.to));
}

/** Trailing padding belongs to a base64 word, an equals sign before a value does not. */
function paddedEnd({ text, to }: Reading): number {
  let end = to;
  const isPadding = (at: number) =>
    text.charCodeAt(at) === equals && !(at + 1 < text.length && isWordSign(text.charCodeAt(at + 1)));
  while (end < text.length && end - to < mostPadding && isPadding(end)) end++;
  return end;
}

function drawnAtRandom(reading: Reading): number {
  const { text, from } = reading;
  const to = paddedEnd(reading);
  const isKey =
    (to - from >= leastRandomChars && looksRandom(text, from, to)) ||
    (to - from >= leastKeyChars && isProductKey(text, from, to));
  return isKey ? take(reading, { from, to, kind: "token" }) : notHere;
}

function inBase64(reading: Reading): number {
  const to = paddedEnd(reading);
  return !reading.hasPercent && to - reading.from >= leastEncodedChars ? encoded(reading, to) : notHere;
}

function inPercents(reading: Reading): number {
  return encoded(reading, paddedEnd(reading));
}

function encoded(reading: Reading, to: number): number {
  const { text, from, hasPercent, depth, decoded, lookWithin } = reading;
  return depth < mostWrappings && wraps(text, { from, to, hasPercent }, decoded, depth, lookWithin)
    ? take(reading, { from, to, kind: "encoded" })
    : notHere;
}
