import { own } from "../../lib/own.ts";

/** A schedule of five fields as cron reads it; each set holds the values that match. */
export interface CronSchedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** When both days are restricted, either is enough. */
  readonly eitherDay: boolean;
}

const macros: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};
const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

function numberOf(text: string, names: readonly string[], first: number): number {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + first;
  return /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
}

function fieldOf(
  text: string,
  low: number,
  high: number,
  names: readonly string[] = [],
): ReadonlySet<number> | undefined {
  const found = new Set<number>();
  for (const part of text.split(",")) {
    const match = /^(?:(\*|\?)|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d{1,2}))?$/i.exec(part);
    if (!match) return undefined;
    const [, all, from = "", to, step] = match;
    const start = all ? low : numberOf(from, names, low);
    const end =
      all || (to === undefined && step !== undefined) ? high : to === undefined ? start : numberOf(to, names, low);
    const every = step === undefined ? 1 : Number(step);
    if (!(start >= low && end <= high && start <= end && every >= 1)) return undefined;
    for (let value = start; value <= end; value += every) found.add(value);
  }
  return found;
}

/** Every value. Steps restrict, other than for the cron of Unix (robfig/cron, by which the controller reads schedules). */
const isAny = (field: string) => field.split(",").some((part) => /^[*?](?:\/1)?$/.test(part));

/** Undefined when it is none. The syntax is that of the CronJob controller (five fields, names, steps, @daily and the like). */
export function parseCron(text: string): CronSchedule | undefined {
  const plain = text.trim().replace(/^(?:CRON_)?TZ=\S+\s+/, "");
  const fields = (own(macros, plain.toLowerCase()) ?? plain).split(/\s+/);
  const [minute, hour, day, month, weekday] = fields;
  if (fields.length !== 5 || !minute || !hour || !day || !month || !weekday) return undefined;
  const minutes = fieldOf(minute, 0, 59);
  const hours = fieldOf(hour, 0, 23);
  const days = fieldOf(day, 1, 31);
  const months = fieldOf(month, 1, 12, monthNames);
  const weekdays = fieldOf(weekday, 0, 7, weekdayNames);
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  return {
    minutes,
    hours,
    days,
    months,
    weekdays: weekdays.has(7) ? new Set([...weekdays, 0]) : weekdays,
    eitherDay: !isAny(day) && !isAny(weekday),
  };
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function matches(schedule: CronSchedule, at: Date): boolean {
  if (!schedule.months.has(at.getUTCMonth() + 1)) return false;
  const day = schedule.days.has(at.getUTCDate());
  const weekday = schedule.weekdays.has(at.getUTCDay());
  if (schedule.eitherDay ? !day && !weekday : !day || !weekday) return false;
  return schedule.hours.has(at.getUTCHours()) && schedule.minutes.has(at.getUTCMinutes());
}

/**
 * Times (ms) at which it is due with after < time <= until, at most `limit`, oldest first. Looks at no more than a year.
 * @param offsetAt how far the clocks that the schedule is meant for are ahead of UTC (ms)
 */
export function dueTimes(
  schedule: CronSchedule,
  after: number,
  until: number,
  limit: number,
  offsetAt: (at: number) => number = () => 0,
): readonly number[] {
  const found: number[] = [];
  const end = Math.min(until, after + 366 * 24 * 60 * minuteMs);
  let at = Math.floor(after / minuteMs) * minuteMs + minuteMs;
  while (at <= end && found.length < limit) {
    const local = at + offsetAt(at);
    const date = new Date(local);
    if (matches(schedule, date)) found.push(at);
    // Whole hours that cannot match are skipped: a year is 8,784 of them.
    at += schedule.hours.has(date.getUTCHours()) ? minuteMs : hourMs - (((local % hourMs) + hourMs) % hourMs);
  }
  return found;
}
