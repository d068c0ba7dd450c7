import { isoTime, utcTime } from "../../lib/clock.ts";
import { visibleText, withoutHidden } from "../../lib/visible-text.ts";

/** What Markdown, or the HTML in it, would take for markup: spans, links, tags, entities, and addresses that become links by themselves. */
const markup = /[\\|`*_~<>[\]#&]|:(?=\/\/)|(?<=\bwww)\./gi;

/** Text in a table cell or a list: one line that is text and nothing else, in any wiki. */
export function cell(text: string): string {
  return withoutHidden(text)
    .replace(/\s+/g, " ")
    .replace(markup, (char) => `\\${char}`)
    .trim();
}

/** A block as it is, with what would hide made visible; the fence is longer than any in it. */
export function code(raw: string): string {
  const text = visibleText(raw);
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map((match) => match[0].length + 1)));
  return `${fence}\n${text}\n${fence}`;
}

/** Seconds are exact enough for people. */
export const fullTime = utcTime;

/** `06:28:23` among times of one day, with the date otherwise. */
export function timesOf(moments: readonly number[]): (ms: number) => string {
  const days = new Set(moments.map((ms) => isoTime(ms).slice(0, 10)));
  return days.size <= 1 ? (ms) => isoTime(ms).slice(11, 19) : (ms) => isoTime(ms).slice(0, 19).replace("T", " ");
}

/** Of a share 0..1, whole: one of 0.4 % is `0 %`. */
export const percent = (share: number) => `${Math.round(share * 100)} %`;
