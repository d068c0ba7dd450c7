/** Reads time stamps found in lines. Stamps without a zone are taken as UTC, which is what containers run in. */

const ISO =
  /^(\d{4})[-/.](\d\d?)[-/.](\d\d?)[T _-](\d\d?)[:.](\d\d)[:.](\d\d)(?:[.,:](\d{1,9}))? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?/;
/** `20/Nov/2026:22:27:36 +0000`, `20-Nov-2026 22:27:36.123`, `20 Nov 2026 22:27:36`. */
const NAMED = /^(\d\d)[-/ ]([A-Z][a-z]{2})[-/ ](\d{4})[: ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: ([+-]\d{4}))?/;
/** `Fri Nov 20 22:27:36.123 2026`, as ctime(3) writes it. */
const CTIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?: (?:UTC|GMT))? (\d{4})/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Outside these years a number is no time. */
const EARLIEST_MS = Date.UTC(2000, 0);
const LATEST_MS = Date.UTC(2100, 0);

function zoneMs(zone: string | undefined): number {
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? "");
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === "-" ? -minutes : minutes) * 60_000;
}

function plausible(ms: number): number | undefined {
  return Number.isFinite(ms) && ms >= EARLIEST_MS && ms < LATEST_MS ? ms : undefined;
}

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size. */
export function numberMs(value: number): number | undefined {
  for (const scale of [1_000, 1, 1e-3, 1e-6]) {
    const ms = plausible(value * scale);
    if (ms !== undefined) return ms;
  }
  return undefined;
}

const msOf = (fraction: string | undefined) => Number((fraction ?? "0").padEnd(3, "0").slice(0, 3));

/** @param parts year, day, hour, minute, second, and what follows its point */
function ofMonth(
  month: string | undefined,
  [year, day, hour, minute, second, fraction]: readonly (string | undefined)[],
  zone: string | undefined,
): number | undefined {
  const at = MONTHS.indexOf(month ?? "");
  const utc = Date.UTC(Number(year), at, Number(day), Number(hour), Number(minute), Number(second), msOf(fraction));
  return at < 0 ? undefined : plausible(utc - zoneMs(zone));
}

/** Milliseconds since 1970 of a stamp that names its year; undefined for syslog, klog and others that do not. */
export function stampMs(text: string): number | undefined {
  const iso = ISO.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, zone] = iso;
    const utc = Date.UTC(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
      msOf(fraction),
    );
    return plausible(utc - zoneMs(zone));
  }
  const named = NAMED.exec(text);
  if (named !== null) {
    const [, day, month, year, hour, minute, second, fraction, zone] = named;
    return ofMonth(month, [year, day, hour, minute, second, fraction], zone);
  }
  const ctime = CTIME.exec(text);
  if (ctime !== null) {
    const [, month, day, hour, minute, second, fraction, year] = ctime;
    return ofMonth(month, [year, day, hour, minute, second, fraction], undefined);
  }
  return /^(?:\d{10}(?:\d{3})?(?:\.\d{1,9})?|1\.\d{1,20}e\+09)$/.test(text) ? numberMs(Number(text)) : undefined;
}
