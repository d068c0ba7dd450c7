import { isoTime, utcTime } from "../../lib/clock.ts";

/** Characters that make a line read differently from what it is. */
const misleading =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text in a table cell or a list: one line, no pipes, nothing that Markdown would take for a heading or HTML. */
export function cell(text: string): string {
  return text
    .replace(misleading, "")
    .replace(/\s+/g, " ")
    .replace(/[\\|`*_<>[\]#]/g, (char) => `\\${char}`)
    .trim();
}

/** A block as it is; the fence is longer than any in it. */
export function code(text: string): string {
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

export const percent = (share: number) => `${Math.round(share * 100)} %`;
