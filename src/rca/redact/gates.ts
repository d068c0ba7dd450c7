import type { Reading } from "./reading.ts";

/** One kind of secret: the signs by which it can be told at a glance that a word is none, and the closer look. */
export interface Finder {
  /** What must stand right behind the word, one of these signs; `end` for the end of the text, `beyondAscii` for any such letter. */
  readonly behind?: string;
  /** What the word must begin with, one of these signs. */
  readonly begins?: string;
  /** A sign that the word must hold. */
  readonly holds?: "/" | "%";
  /** How many characters it must have at least, and at most. */
  readonly least?: number;
  readonly most?: number;
  /** Where reading goes on behind what was found; `notHere` when nothing was, or nothing that ends the word. */
  readonly find: (reading: Reading) => number;
}

export const end = "\0";
export const beyondAscii = "\u0080";

const codes = 129;
const longest = 256;

/** Tells by a look at a word which of the finders are worth asking: a bit for each, the lowest for the first. */
export function createGates(finders: readonly Finder[]): (reading: Reading) => number {
  const masks = (size: number, passes: (finder: Finder, index: number) => boolean) =>
    Uint32Array.from({ length: size }, (_, index) =>
      finders.reduce((mask, finder, place) => (passes(finder, index) ? mask | (1 << place) : mask), 0),
    );
  const sign = (signs: string | undefined, code: number) =>
    signs === undefined || signs.includes(String.fromCharCode(code));
  const byBehind = masks(codes, ({ behind }, code) => sign(behind, code));
  const byFirst = masks(codes, ({ begins }, code) => sign(begins, code));
  const byLength = masks(
    longest + 1,
    ({ least = 0, most = longest }, length) => length >= least && (length <= most || most >= longest),
  );
  const withoutSlash = ~(masks(1, ({ holds }) => holds === "/")[0] ?? 0);
  const withoutPercent = ~(masks(1, ({ holds }) => holds === "%")[0] ?? 0);
  return ({ text, from, to, behind, hasSlash, hasPercent }) =>
    (byBehind[behind < codes ? behind : codes - 1] ?? 0) &
    (byFirst[text.charCodeAt(from)] ?? 0) &
    (byLength[Math.min(to - from, longest)] ?? 0) &
    (hasSlash ? -1 : withoutSlash) &
    (hasPercent ? -1 : withoutPercent);
}
