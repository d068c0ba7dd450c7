const ulid = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const uuid = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

const kindOf = { other: 0, digit: 1, upper: 2, lower: 3 } as const;

function classOf(code: number): number {
  if (code >= 48 && code <= 57) return kindOf.digit;
  if (code >= 65 && code <= 90) return kindOf.upper;
  if (code >= 97 && code <= 122) return kindOf.lower;
  return kindOf.other;
}

/** Numbers of blocks, addresses of memory. */
const number = /^0x[0-9a-fA-F]+$/;
/** A digest in base64, as OpenSSH prints fingerprints; `from` is behind its name. */
const isFingerprint = (text: string, from: number, to: number) =>
  to - from >= 42 && to - from <= 44 && text.startsWith("SHA256:", from - 7);

/** Shorter words are guessable or meaningful; credentials are longer. */
export const leastRandomChars = 20;
const longestRandomChars = 4_096;

/** What a word is made of. */
interface Make {
  readonly digits: number;
  readonly uppers: number;
  readonly lowers: number;
  readonly dots: number;
  readonly isHex: boolean;
  /** How long its longest piece between other signs is. */
  readonly longest: number;
  /** Letters and digits in pieces of six and more: shorter ones are words and numbers. */
  readonly counted: number;
  /** At how many of these places one kind of sign follows another. */
  readonly changes: number;
}

const leastPiece = 6;
const isHexLetter = (code: number) => (code >= 97 && code <= 102) || (code >= 65 && code <= 70);

function makeOf(text: string, from: number, to: number): Make {
  const ofKind = [0, 0, 0, 0];
  let dots = 0;
  let isHex = true;
  let [counted, changes, longest] = [0, 0, 0];
  let [piece, pieceChanges] = [0, 0];
  let last: number = kindOf.other;
  for (let i = from; i <= to; i++) {
    const code = i < to ? text.charCodeAt(i) : 0;
    const kind = classOf(code);
    if (kind === kindOf.other) {
      if (code === 46) dots++;
      if (piece >= leastPiece) {
        counted += piece;
        changes += pieceChanges;
      }
      if (piece > longest) longest = piece;
      piece = 0;
      pieceChanges = 0;
    } else {
      ofKind[kind] = (ofKind[kind] ?? 0) + 1;
      if (kind !== kindOf.digit && !isHexLetter(code)) isHex = false;
      piece++;
      if (last !== kindOf.other && kind !== last) pieceChanges++;
    }
    last = kind;
  }
  const [, digits = 0, uppers = 0, lowers = 0] = ofKind;
  return { digits, uppers, lowers, dots, isHex, longest, counted, changes };
}

/** Upper and lower case letters, as in base64; with digits among them fewer changes are enough. */
const isMixedRandom = ({ dots, digits }: Make, rate: number) => dots <= 2 && rate >= (digits > 0 ? 0.38 : 0.48);

/** Capitals and digits; not the ids that sort by time (https://github.com/ulid/spec). */
const isUpperRandom = ({ longest, digits }: Make, rate: number, word: string) =>
  longest >= 20 && digits >= 2 && rate >= 0.2 && !ulid.test(word);

/** Small letters and digits. */
const isLowerRandom = ({ longest, digits }: Make, rate: number, word: string) =>
  longest >= 24 && digits >= 3 && rate >= 0.25 && !uuid.test(word) && !number.test(word) && !isDirectory(word);

/** Directories named by a digest: words around a hexadecimal number. */
const isDirectory = (word: string) =>
  /^\/[^/]/.test(word) && !word.split("/").some((part) => part.length >= 24 && /[^0-9a-f]/.test(part));

/**
 * True for a word that looks drawn at random from a large alphabet, as keys are. Words of people and of clusters do not: names
 * change between letter cases rarely, while random base64 does at six of ten places; ids of traces, digests, uids and pods are
 * hexadecimal, or short between their dashes. `from`..`to` must hold no spaces or quotes.
 */
export function looksRandom(text: string, from: number, to: number): boolean {
  const length = to - from;
  if (length < leastRandomChars || length > longestRandomChars) return false;
  const make = makeOf(text, from, to);
  if (make.counted < 16 || make.isHex || isFingerprint(text, from, to)) return false;
  const rate = make.changes / make.counted;
  if (make.uppers > 0 && make.lowers > 0) return isMixedRandom(make, rate);
  const word = text.slice(from, to);
  return make.uppers > 0 ? isUpperRandom(make, rate, word) : isLowerRandom(make, rate, word);
}
