/** Whether a name stands for a time zone, aliases such as `Etc/UTC` included. */
export function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    // It throws a RangeError for what it does not know.
    return false;
  }
}

/** A day and a time as a clock on the wall shows them. `month` is 1 to 12. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What a clock in that zone shows at a moment (ms). @throws RangeError for a zone that there is not */
export function wallTimeAt(at: number, timeZone: string): WallTime {
  let format = formats.get(timeZone);
  if (!format) {
    const fields = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" } as const;
    format = new Intl.DateTimeFormat("en-US", { timeZone, calendar: "gregory", hourCycle: "h23", ...fields });
    formats.set(timeZone, format);
  }
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = part;
  return { year, month, day, hour, minute };
}

const asUtc = ({ year, month, day, hour, minute }: WallTime) => Date.UTC(year, month - 1, day, hour, minute);
const dayMs = 86_400_000;

/**
 * The moments (ms, earliest first) at which a clock in that zone shows this. Two when it is put back over it; one, later by the
 * hour that is left out, when it is put forward over it.
 */
export function momentsOf(wall: WallTime, timeZone: string): readonly number[] {
  const shown = asUtc(wall);
  const minuteMs = 60_000;
  const offsetAt = (at: number) => asUtc(wallTimeAt(at, timeZone)) - Math.floor(at / minuteMs) * minuteMs;
  const [before, after] = [offsetAt(shown - dayMs), offsetAt(shown + dayMs)];
  const moments = [...new Set([shown - before, shown - after])]
    .filter((at) => asUtc(wallTimeAt(at, timeZone)) === shown)
    .toSorted((a, b) => a - b);
  return moments.length > 0 ? moments : [shown - before];
}

/** The next moment (ms, after `now`) at which a clock in that zone shows this time of day. */
export function nextTimeOfDay(now: number, hour: number, minute: number, timeZone: string): number {
  const today = wallTimeAt(now, timeZone);
  for (let days = 0; ; days++) {
    const date = new Date(Date.UTC(today.year, today.month - 1, today.day + days));
    const wall = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), hour, minute };
    const moment = momentsOf(wall, timeZone).find((at) => at > now);
    if (moment !== undefined) return moment;
  }
}
