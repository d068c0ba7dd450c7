import { isBlank } from "./marks.ts";

/** Words of a sentence, without the marks around them. */

const newline = 10;
const carriageReturn = 13;
const mostWords = 12;

/** A word where it stands in the text: `from` included, `to` not. */
export interface Word {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

export const nothing: Word = { from: 0, to: 0, text: "" };
const marksAround = /^["'`(<[]+|["'`)>\].,;:!?]+$/g;

/** Without quotes and the marks of a sentence around it. */
export function bare({ from, text }: Word): Word {
  const lead = /^["'`(]*/.exec(text)?.[0].length ?? 0;
  const inner = text.replace(marksAround, "");
  return { from: from + lead, to: from + lead + inner.length, text: inner };
}

/** The place of the first line feed or carriage return from `at` on; `limit` when there is none before it. */
export function lineEnd(text: string, at: number, limit: number): number {
  let i = at;
  while (i < limit && text.charCodeAt(i) !== newline && text.charCodeAt(i) !== carriageReturn) i++;
  return i;
}

/** Cut at blanks and tabs, quotes and marks left on (see `bare`); the first twelve unless it is said how many. */
export function wordsOf(text: string, at: number, end: number, most = mostWords): Word[] {
  const words: Word[] = [];
  let i = at;
  while (words.length < most) {
    while (i < end && isBlank(text.charCodeAt(i))) i++;
    if (i >= end) break;
    const from = i;
    while (i < end && !isBlank(text.charCodeAt(i))) i++;
    words.push({ from, to: i, text: text.slice(from, i) });
  }
  return words;
}
