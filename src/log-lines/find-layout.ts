import { skipSpaces } from "./chars.ts";
import { AFTER_LEVEL } from "./known-after-level.ts";
import { BEFORE_LEVEL } from "./known-layouts.ts";
import { OPENINGS } from "./known-openings.ts";
import type { Layout } from "./layout.ts";
import { levelRank } from "./level.ts";

/** Finds what single programs write into their headers, fast: by the first two words of what is looked at. */

/** Everything above ASCII counts as this. */
const OTHER = 128;
const bounded = (code: number) => (code < OTHER ? code : OTHER);

const CODES = OTHER + 1;

/** Which characters, of those that are told apart, are these? */
function setOf(chars: string): Uint8Array {
  const set = new Uint8Array(CODES);
  for (const char of chars) set[bounded(char.charCodeAt(0))] = 1;
  return set;
}

/** Layouts by the characters with which the first and the second word begin; each list is made when it is first asked for. */
function byBeginnings(layouts: readonly Layout[]): (first: number, second: number) => readonly Layout[] {
  const sets = layouts.map((layout) => ({
    layout,
    firsts: setOf(layout.first),
    seconds: layout.next === undefined ? undefined : setOf(layout.next),
  }));
  const lists: (readonly Layout[] | undefined)[] = Array.from({ length: CODES * CODES });
  const made = (first: number, second: number) =>
    sets
      .filter(({ firsts, seconds }) => firsts[first] === 1 && (seconds === undefined || seconds[second] === 1))
      .map(({ layout }) => layout);
  return (first, second) => (lists[first * CODES + second] ??= made(first, second));
}

/** What a layout told; reused. */
export interface KnownLayout {
  end: number;
  level: number;
  ends: boolean;
}

function isWithin(text: string, from: number, to: number, char: string): boolean {
  for (let i = from; i < to; i++) if (text[i] === char) return true;
  return false;
}

/** @param word where the word at `at` ends */
type Find = (text: string, at: number, word: number, out: KnownLayout) => boolean;

function finder(layouts: readonly Layout[]): Find {
  const firsts = setOf(layouts.map(({ first }) => first).join(""));
  const listOf = byBeginnings(layouts);
  return (text, at, word, out) => {
    const first = bounded(text.charCodeAt(at));
    if (firsts[first] !== 1) return false;
    const next = bounded(text.charCodeAt(skipSpaces(text, word, text.length)));
    for (const layout of listOf(first, next)) {
      const { form, levels, after, inWord, holds } = layout;
      if (after !== undefined && text[at - 1] !== after) continue;
      if (inWord !== undefined && !isWithin(text, at, word, inWord)) continue;
      if (holds !== undefined && !text.includes(holds, at)) continue;
      form.lastIndex = at;
      const match = form.exec(text);
      if (match === null) continue;
      const level = match[1];
      out.level = level === undefined ? 0 : (levels?.[level] ?? levelRank(level, 0, level.length));
      if (level !== undefined && out.level === 0) continue;
      out.end = form.lastIndex;
      out.ends = layout.ends;
      return true;
    }
    return false;
  };
}

/** Each finds a layout that begins at `at`: where it ends, which level it tells, whether the sentence follows. */
export const findOpening: Find = finder(OPENINGS);
export const findBeforeLevel: Find = finder(BEFORE_LEVEL);
export const findAfterLevel: Find = finder(AFTER_LEVEL);
