/** Maps a recorded time to the time of the world, Unix ms. */
export type TimeMap = (recorded: number) => number;

const isoTime = /\b(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(?:([.,])(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?(?![\d:])/g;
const wholeIsoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/**
 * Moves every RFC 3339 time inside a JSON value. Times of whole seconds were cut off when written, so they count as
 * the last moment of their second: what happened just after a splice is not taken for something before it.
 */
export function shiftJsonTimes<T>(value: T, map: TimeMap): T {
  return shifted(value, map) as T;
}

function shifted(value: unknown, map: TimeMap): unknown {
  if (typeof value === "string") return wholeIsoTime.test(value) ? shiftTextTimes(value, map) : value;
  if (Array.isArray(value)) return value.map((item) => shifted(item, map));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, shifted(item, map)]);
  return Object.fromEntries(entries);
}

/** Moves the ISO times inside a text, in the form and precision in which they stand there. Without a zone means UTC. */
export function shiftTextTimes(text: string, map: TimeMap): string {
  return text.replace(
    isoTime,
    (
      whole: string,
      day: string,
      divider: string,
      clock: string,
      point: string | undefined,
      fraction = "",
      zone = "",
    ) => {
      const offsetMs = zoneOffsetMs(zone);
      const seconds = Date.parse(`${day}T${clock}Z`);
      if (!Number.isFinite(seconds)) return whole;
      const ms = Number(`0.${fraction || "0"}`) * 1000;
      const recorded = seconds + ms - offsetMs;
      const moved = fraction === "" ? map(recorded + 999) - 999 : map(recorded);
      if (moved === recorded) return whole;
      // Digits below the millisecond stay, the shift has none.
      const movedSeconds = Math.floor((moved + offsetMs) / 1000) * 1000;
      const movedMs = Math.floor(moved + offsetMs - movedSeconds);
      const digits =
        fraction === "" ? "" : `${String(movedMs).padStart(3, "0")}${fraction.slice(3)}`.slice(0, fraction.length);
      const [movedDay, movedClock] = new Date(movedSeconds).toISOString().slice(0, 19).split("T");
      return `${movedDay}${divider}${movedClock}${point ?? ""}${digits}${zone}`;
    },
  );
}

function zoneOffsetMs(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
