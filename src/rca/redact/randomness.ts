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

/**
 * True for a word that looks drawn at random from a large alphabet, as keys are. Words of people and of clusters do not: names
 * change between letter cases rarely, while random base64 does at six of ten places; ids of traces, digests, uids and pods are
 * hexadecimal, or short between their dashes. `from`..`to` must hold no spaces or quotes.
 */
export function looksRandom(text: string, from: number, to: number): boolean {
  const length = to - from;
  if (length < leastRandomChars || length > 4_096) return false;
  let digits = 0;
  let uppers = 0;
  let lowers = 0;
  let notHex = 0;
  let changes = 0;
  let counted = 0;
  let segment = 0;
  let segmentChanges = 0;
  let longest = 0;
  let last = kindOf.other as number;
  let dots = 0;
  for (let i = from; i <= to; i++) {
    const code = i < to ? text.charCodeAt(i) : 0;
    const kind = classOf(code);
    if (kind === kindOf.other) {
      if (code === 46) dots++;
      // Short pieces between separators are words and numbers.
      if (segment >= 6) {
        counted += segment;
        changes += segmentChanges;
      }
      if (segment > longest) longest = segment;
      segment = 0;
      segmentChanges = 0;
      last = kindOf.other;
      continue;
    }
    if (kind === kindOf.digit) digits++;
    else if (kind === kindOf.upper) uppers++;
    else lowers++;
    const isHexLetter = (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
    if (kind !== kindOf.digit && !isHexLetter) notHex++;
    segment++;
    if (last !== kindOf.other && kind !== last) segmentChanges++;
    last = kind;
  }
  if (counted < 16 || notHex === 0) return false;
  if (isFingerprint(text, from, to)) return false;
  const rate = changes / counted;
  if (uppers > 0 && lowers > 0) {
    if (dots > 2) return false;
    return digits > 0 ? rate >= 0.38 : rate >= 0.48;
  }
  if (uppers > 0) {
    if (longest < 20 || digits < 2 || rate < 0.2) return false;
    return !ulid.test(text.slice(from, to));
  }
  if (longest < 24 || digits < 3 || rate < 0.25) return false;
  const word = text.slice(from, to);
  // Directories named by a digest: words around a hexadecimal number.
  const digests = /^\/[^/]/.test(word) && !word.split("/").some((part) => part.length >= 24 && /[^0-9a-f]/.test(part));
  return !uuid.test(word) && !number.test(word) && !digests;
}
