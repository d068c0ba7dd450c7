import { isoTime } from "../lib/clock.ts";

/** A length in the unit in which people plan: minutes for two hours, hours for three days, then days. */
function span(ms: number): { readonly count: number; readonly unit: "min" | "h" | "d" } {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  if (minutes < 120) return { count: minutes, unit: "min" };
  const hours = Math.round(minutes / 60);
  return hours < 72 ? { count: hours, unit: "h" } : { count: Math.round(hours / 24), unit: "d" };
}

const words = ({ count, unit }: ReturnType<typeof span>) => `${count} ${unit}`;

/** `12 to 30 min`, `90 min to 3 h`, `3 min or more`; undefined where both ends are the same. */
function rangeText(soonestMs: number, latestMs: number | undefined): string | undefined {
  const soonest = span(soonestMs);
  if (latestMs === undefined) return `${words(soonest)} or more`;
  const latest = span(latestMs);
  if (words(soonest) === words(latest)) return undefined;
  return `${soonest.unit === latest.unit ? soonest.count : words(soonest)} to ${words(latest)}`;
}

/**
 * For people: `in about 18 min (12 to 30 min) from 06:51 UTC`. It names the moment from which it counts, because titles are read
 * long after they were written. Without `latestMs` it may take any time longer.
 */
export function timeLeftText(
  now: number,
  { leftMs, soonestMs, latestMs }: { readonly leftMs: number; readonly soonestMs: number; readonly latestMs?: number },
): string {
  const range = rangeText(soonestMs, latestMs);
  return `in about ${words(span(leftMs))}${range ? ` (${range})` : ""} from ${isoTime(now).slice(11, 16)} UTC`;
}
