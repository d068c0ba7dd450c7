const dayMs = 24 * 60 * 60_000;
const formats = new Map<string, Intl.DateTimeFormat | undefined>();
const maxFormats = 1_000;

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (formats.has(timeZone)) return formats.get(timeZone);
  if (formats.size >= maxFormats) formats.clear();
  let format: Intl.DateTimeFormat | undefined;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  } catch {
    // No such zone: the API server refuses it, an old one may not.
  }
  formats.set(timeZone, format);
  return format;
}

/** `GMT`, `GMT+05:30`, `GMT-04:00`. */
function read(format: Intl.DateTimeFormat, at: number): number {
  const text = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours = "0", minutes = "0"] = /([+-])(\d\d):(\d\d)/.exec(text) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/**
 * How far the clocks of a zone (an IANA name) are ahead of UTC at a time, both in ms; undefined for a zone that nobody knows.
 * To be asked with times that rise: what holds for a whole day is read once.
 */
export function zoneOffset(timeZone: string): ((at: number) => number) | undefined {
  const format = formatOf(timeZone);
  if (!format) return undefined;
  let day = Number.NaN;
  let ofDay: number | undefined;
  return (at) => {
    const asked = Math.floor(at / dayMs);
    if (asked !== day) {
      day = asked;
      const first = read(format, day * dayMs);
      ofDay = first === read(format, (day + 1) * dayMs) ? first : undefined;
    }
    return ofDay ?? read(format, at);
  };
}
