import { announcers, echoedSecret } from "./announced-secret.ts";
import { flagSecret, flags } from "./flag-secret.ts";
import { isBlank, isQuote } from "./marks.ts";
import { optionPrograms, optionSecret } from "./option-secret.ts";
import { passwordAt } from "./password-at.ts";
import { protocolSecret, protocolWords } from "./protocol-secret.ts";
import type { Span } from "./span.ts";
import { createWordGate } from "./word-gate.ts";

interface Spoken {
  readonly span?: Span;
  /** No other program needs to be looked at before this place. */
  readonly lookedUntil?: number;
}

const found = (span: Span | undefined): Spoken | undefined => span && { span };

/** Functions of SQL that make a hash of a password: `PASSWORD('…')`, `md5('…')`. */
const hashing = ["password", "crypt", "md5"];
/** These read it from the command before, and may be the last word of all. */
const readers = ["chpasswd", "--password-stdin"];

const mayHash = createWordGate(hashing);
const mayRead = createWordGate(readers);
const maySend = createWordGate(protocolWords);
const maySay = createWordGate([...announcers.keys(), ...optionPrograms.keys()]);

/** The longest of all these words; `-u` may have a name joined to it. */
export const longestSpoken = 16;
/** What they begin with. */
export const spokenStarts = [
  ...new Set(
    [...announcers.keys(), ...optionPrograms.keys(), ...protocolWords, ...hashing, ...readers, ...flags].flatMap(
      (word) => [word.charAt(0).toLowerCase(), word.charAt(0).toUpperCase()],
    ),
  ),
].join("");

const quotation = 34;
const apostrophe = 39;
const parenthesis = 40;
const comma = 44;
const dash = 45;
const colon = 58;
const equals = 61;
/** What stands behind such a word. */
const endsWord = (code: number) =>
  isBlank(code) || code === quotation || code === apostrophe || code === equals || code === colon;

/** Passwords that neither a form of their own nor a separator gives away: in commands, SQL, `.netrc`, `redis.conf`. */
export function spokenSecret(text: string, from: number, to: number, lookedUntil: number): Spoken | undefined {
  if (mayRead(text, from, to) && readers.includes(text.slice(from, to))) return found(echoedSecret(text, from));
  if (to >= text.length) return undefined;
  const behind = text.charCodeAt(to);
  if (behind === parenthesis) return mayHash(text, from, to) ? found(hashedBy(text, from, to)) : undefined;
  if (!endsWord(behind)) return undefined;
  if (text.charCodeAt(from) === dash) return found(flagSecret(text, from, to));
  const sent = maySend(text, from, to) ? protocolSecret(text, from, to, text.slice(from, to)) : undefined;
  if (sent) return found(sent);
  const isFollowed = isBlank(behind) || (to + 1 < text.length && text.charCodeAt(to + 1) === comma);
  return isFollowed && maySay(text, from, to) ? followed(text, from, to, lookedUntil) : undefined;
}

function hashedBy(text: string, from: number, to: number): Span | undefined {
  return isQuote(text.charCodeAt(to + 1)) && hashing.includes(text.slice(from, to).toLowerCase())
    ? passwordAt(text, to + 1)
    : undefined;
}

/** What follows a word that says so, or a program that takes options. */
function followed(text: string, from: number, to: number, lookedUntil: number): Spoken | undefined {
  const word = text.slice(from, to);
  let at = to;
  while (at - to < 4 && isBlank(text.charCodeAt(at))) at++;
  const announced = announcers.get(word);
  if (announced) return found(announced({ text, from, to, at }));
  const option = from >= lookedUntil ? optionPrograms.get(word) : undefined;
  return option ? optionSecret(text, to, option) : undefined;
}
