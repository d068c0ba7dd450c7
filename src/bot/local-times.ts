const clock = /(?<![\d:])(?:(\d{4})-(\d\d)-(\d\d) )?([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))? UTC\b/g;
const halfDayMs = 43_200_000;
/** A text that is full of times stays as long as it was made to fit. */
const mostTimes = 8;

/**
 * Texts that are kept name moments in UTC; a reader has a zone of their own, and the times beside the text are in it. `write` says
 * a moment on the surface. A time without a day is taken to be the one nearest to `around` (ms).
 */
export function localTimes(text: string, around: number, write: (ms: number) => string): string {
  let left = mostTimes;
  return text.replace(clock, (found, year, month, day, hour, minute, second = "0") => {
    if (left <= 0) return found;
    left--;
    const time = [Number(hour), Number(minute), Number(second)] as const;
    if (year) return write(Date.UTC(Number(year), Number(month) - 1, Number(day), ...time));
    const near = new Date(around);
    const at = Date.UTC(near.getUTCFullYear(), near.getUTCMonth(), near.getUTCDate(), ...time);
    if (at - around > halfDayMs) return write(at - 2 * halfDayMs);
    return write(around - at > halfDayMs ? at + 2 * halfDayMs : at);
  });
}
