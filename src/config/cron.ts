import { z } from "zod";

/** Lowest and highest value of each field of cron, and how many of the last ones take names (`mon`, `jan`). */
const fields: readonly { readonly from: number; readonly to: number; readonly names?: RegExp }[] = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  { from: 1, to: 12, names: /^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)$/i },
  { from: 0, to: 7, names: /^(sun|mon|tue|wed|thu|fri|sat)$/i },
];

function isField(text: string, { from, to, names }: (typeof fields)[number]): boolean {
  const isValue = (value: string) =>
    names?.test(value) === true || (/^\d{1,2}$/.test(value) && Number(value) >= from && Number(value) <= to);
  return text.split(",").every((part) => {
    const [range = "", step, ...more] = part.split("/");
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d?$/.test(step))) return false;
    if (range === "*") return true;
    const ends = range.split("-");
    return ends.length <= 2 && ends.every(isValue);
  });
}

const asked = 'must be five fields of cron such as "0 8 * * 1", or "off"';

/** Five fields, as in `0 8 * * 1-5`; names of days and months are understood. The pattern alone is what Helm can check. */
export const cronOrOff = z
  .string()
  .regex(/^(off|([\dA-Za-z*/,-]+ ){4}[\dA-Za-z*/,-]+)$/, { error: asked, abort: true })
  .refine((text) => {
    const parts = text.split(" ");
    return text === "off" || fields.every((field, i) => isField(parts[i] ?? "", field));
  }, asked);
