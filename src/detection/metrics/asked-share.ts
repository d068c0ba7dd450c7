import type { Series } from "../../cluster/series-store.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { DetectContext } from "../detector.ts";

/** The stretch that shows what is usual, and the time before now that may already be part of the change (ms). */
const usualMs = 30 * 60_000;
const changingMs = 3 * 60_000;
/** Fewer points say nothing about what is usual. */
const leastPoints = 8;

/** What a series shows now as a share of its own usual; undefined while that is not known. */
function shareOfUsual(series: Series, { observation, now }: DetectContext): number | undefined {
  const past = observation.series.window(series, now - usualMs, now - changingMs).map(({ value }) => value);
  if (past.length < leastPoints) return undefined;
  const usual = past.sort((a, b) => a - b)[past.length >> 1] ?? 0;
  return usual > 0 ? series.last / usual : undefined;
}

/**
 * How much of the usual its callers are asked for themselves, 0..1: at night all get less, and a workload behind others gets
 * less because they do. 1 where nobody is known to call it, or the callers' own requests are not.
 */
export function askedShare(workload: ObjectRef, context: DetectContext): number {
  const shares = context
    .topology()
    .dependentsOf(workload, 1)
    .flatMap(({ namespace = "", name }) => {
      const requests = context.observation.series.get("requests_per_second", { namespace, workload: name });
      return (requests && shareOfUsual(requests, context)) ?? [];
    });
  return shares.length === 0 ? 1 : Math.min(1, Math.max(...shares));
}
