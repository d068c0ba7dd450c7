import { isoTime } from "../lib/clock.ts";

const minutes = (ms: number) => Math.max(1, Math.round(ms / 60_000));

/**
 * For people: `in about 18 min (12-30) from 06:51 UTC`. It names the moment from which it counts, because titles are read
 * long after they were written. Without `latestMs` it may take any time longer.
 */
export function timeLeftText(
  now: number,
  { leftMs, soonestMs, latestMs }: { readonly leftMs: number; readonly soonestMs: number; readonly latestMs?: number },
): string {
  const soonest = minutes(soonestMs);
  const latest = latestMs === undefined ? "more" : minutes(latestMs);
  const range = soonest === latest ? "" : ` (${soonest}-${latest})`;
  return `in about ${minutes(leftMs)} min${range} from ${isoTime(now).slice(11, 16)} UTC`;
}
