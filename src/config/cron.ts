import { z } from "zod";

interface Field {
  readonly from: number;
  readonly to: number;
  /** Names of the values, from `from` on. */
  readonly names?: readonly string[];
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const daysOfMonth: Field = { from: 1, to: 31 };
const month: Field = { from: 1, to: 12, names: months };
/** 7 is Sunday as well. */
const dayOfWeek: Field = { from: 0, to: 7, names: days };
const fields: readonly Field[] = [{ from: 0, to: 59 }, { from: 0, to: 23 }, daysOfMonth, month, dayOfWeek];

/** A leap year's: what falls on the 29th of February is rare, and yet comes. */
const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function numberOf(text: string, { from, to, names }: Field): number | undefined {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return from + named;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
}

/** The values that a field stands for; undefined when it is none, names a value twice, or has a range that falls. */
function valuesOf(text: string, field: Field): readonly number[] | undefined {
  const values: number[] = [];
  for (const part of text.split(",")) {
    const [range = "", step, ...more] = part.split("/");
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d?$/.test(step))) return undefined;
    const [start = "", end, ...rest] = range.split("-");
    const low = range === "*" ? field.from : numberOf(start, field);
    // A step after a single value goes on to the end.
    const open = range === "*" || (end === undefined && step !== undefined);
    const high = open ? field.to : end === undefined ? low : numberOf(end, field);
    if (low === undefined || high === undefined || rest.length > 0 || low > high) return undefined;
    const own = new Set<number>();
    for (let value = low; value <= high; value += Number(step ?? 1)) own.add(field === dayOfWeek ? value % 7 : value);
    values.push(...own);
  }
  return new Set(values).size === values.length ? values : undefined;
}

function isCron(text: string): boolean {
  const parts = text.split(" ");
  const values = fields.map((field, i) => valuesOf(parts[i] ?? "", field));
  const [, , dates, inMonths] = values;
  if (parts.length !== fields.length || values.includes(undefined) || !dates || !inMonths) return false;
  // A day of the week is enough: who names both means either.
  return parts[4] !== "*" || inMonths.some((one) => dates.some((date) => date <= (longest[one - 1] ?? 0)));
}

const asked = 'must be five fields of cron such as "0 8 * * 1", or "off"';

/**
 * Five fields, as in `0 8 * * 1-5`; names of days and months are understood. Ranges rise, no value stands twice, and the day is
 * one that there is: the scheduler refuses anything else, when it is too late to say so. The pattern alone is what Helm can check.
 */
export const cronOrOff = z
  .string()
  .regex(/^(off|([\dA-Za-z*/,-]+ ){4}[\dA-Za-z*/,-]+)$/, { error: asked, abort: true })
  .refine((text) => text === "off" || isCron(text), asked);
