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

interface Candidate extends Layout {
  /** By character: may the second word begin with it? Any may without this. */
  readonly seconds: Uint8Array | undefined;
}

function secondsOf({ next }: Layout): Uint8Array | undefined {
  if (next === undefined) return undefined;
  const seconds = new Uint8Array(OTHER + 1);
  for (const char of next) seconds[bounded(char.charCodeAt(0))] = 1;
  return seconds;
}

/** By the first character. */
function byFirst(layouts: readonly Layout[]): readonly (readonly Candidate[] | undefined)[] {
  const lists: Candidate[][] = [];
  for (const layout of layouts) {
    const candidate = { ...layout, seconds: secondsOf(layout) };
    for (const code of new Set([...layout.first].map((char) => bounded(char.charCodeAt(0))))) {
      lists[code] ??= [];
      lists[code].push(candidate);
    }
  }
  return lists;
}

/** What a layout told; reused. */
export interface KnownLayout {
  end: number;
  level: number;
  ends: boolean;
}

/** @param word where the word at `at` ends */
type Find = (text: string, at: number, word: number, out: KnownLayout) => boolean;

function finder(layouts: readonly Layout[]): Find {
  const lists = byFirst(layouts);
  return (text, at, word, out) => {
    const list = lists[bounded(text.charCodeAt(at))];
    if (list === undefined) return false;
    const next = bounded(text.charCodeAt(skipSpaces(text, word, text.length)));
    for (const { form, ends, levels, seconds, holds } of list) {
      if (seconds !== undefined && seconds[next] !== 1) continue;
      if (holds !== undefined && !text.includes(holds, at)) continue;
      form.lastIndex = at;
      const match = form.exec(text);
      if (match === null) continue;
      const level = match[1];
      out.level = level === undefined ? 0 : (levels?.[level] ?? levelRank(level, 0, level.length));
      if (level !== undefined && out.level === 0) continue;
      out.end = form.lastIndex;
      out.ends = ends;
      return true;
    }
    return false;
  };
}

/** Each finds a layout that begins at `at`: where it ends, which level it tells, whether the sentence follows. */
export const findOpening: Find = finder(OPENINGS);
export const findBeforeLevel: Find = finder(BEFORE_LEVEL);
export const findAfterLevel: Find = finder(AFTER_LEVEL);
