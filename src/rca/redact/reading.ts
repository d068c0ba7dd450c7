import type { Span } from "./span.ts";
import type { Speech } from "./speech.ts";

/** How a text is looked through that stands inside another; `depth` counts the encodings around it. */
export type LookWithin = (text: string, depth: number) => readonly Span[];

/** A text while it is read word by word: the word of now, what has been found, and what earlier words have said about later ones. */
export interface Reading {
  readonly text: string;
  /** How many encodings are around it. */
  readonly depth: number;
  readonly lookWithin: LookWithin;
  /** Encoded words that were decided about. */
  readonly decoded: Map<string, boolean>;
  readonly spans: Span[];
  readonly speech: Speech;
  readonly nextAtSign: Next;
  readonly nextTcp: Next;
  readonly nextUnix: Next;
  /** The word: letters, digits, and what base64, URLs, paths and tokens use inside. */
  from: number;
  to: number;
  /** The code right behind it; 0 at the end of the text. */
  behind: number;
  hasPercent: boolean;
  hasSlash: boolean;
  /** Whether a separator stands behind it: it names something, and is no word of a sentence. */
  isName: boolean;
  /** A name has said that what `value` holds is secret, up to here. */
  nameSaysSecretUntil: number;
  /** Options of programs were looked for up to here. */
  lookedUntil: number;
  /** A password of a command; what stands before it is looked at first. */
  waiting: Span | undefined;
}

/** Where the next of some signs stands; beyond the end of the text when none does. Asked from left to right. */
type Next = (from: number) => number;

function createNext(text: string, sign: string): Next {
  let next = -1;
  return (from) => {
    if (next >= from) return next;
    next = text.indexOf(sign, from);
    if (next < 0) next = Number.MAX_SAFE_INTEGER;
    return next;
  };
}

/** What a finder answers where it has found nothing that ends the word; otherwise where reading goes on. */
export const notHere = -1;

/**
 * Before the first word: `readWord` moves it. Texts within it are looked through by `lookWithin`, which bounds the
 * depth.
 */
export function createReading(text: string, depth: number, speech: Speech, lookWithin: LookWithin): Reading {
  return {
    text,
    depth,
    lookWithin,
    decoded: new Map(),
    spans: [],
    speech,
    nextAtSign: createNext(text, "@"),
    nextTcp: createNext(text, "@tcp("),
    nextUnix: createNext(text, "@unix("),
    from: 0,
    to: 0,
    behind: 0,
    hasPercent: false,
    hasSlash: false,
    isName: false,
    nameSaysSecretUntil: -1,
    lookedUntil: -1,
    waiting: undefined,
  };
}

/** Notes what was found; reading goes on behind it. */
export function take(reading: Reading, span: Span | undefined): number {
  if (span === undefined) return notHere;
  reading.spans.push(span);
  return span.to;
}

const isWord = new Uint8Array(128);
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/.~%")
  isWord[char.charCodeAt(0)] = 1;
/** Letters and digits of ASCII, and `_-+/.~%`; false for NaN, which `charCodeAt` gives past the end. */
export const isWordSign = (code: number) => code < 128 && isWord[code] === 1;

const percent = 37;
const slash = 47;

/** Goes on to the next word from `at` on; false when there is none. */
export function readWord(reading: Reading, at: number): boolean {
  const { text } = reading;
  const size = text.length;
  let i = at;
  while (i < size && !isWordSign(text.charCodeAt(i))) i++;
  if (i >= size) return false;
  const from = i;
  let hasPercent = false;
  let hasSlash = false;
  let code = text.charCodeAt(i);
  do {
    if (code === percent) hasPercent = true;
    else if (code === slash) hasSlash = true;
    i++;
    code = i < size ? text.charCodeAt(i) : 0;
  } while (isWordSign(code));
  reading.from = from;
  reading.to = i;
  reading.behind = code;
  reading.hasPercent = hasPercent;
  reading.hasSlash = hasSlash;
  reading.isName = false;
  return true;
}
