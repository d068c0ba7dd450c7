/**
 * Rates, ratios and means are taken over this many ticks, whether they are scraped or asked of Prometheus: 20 s at 5 s, one
 * minute at 15 s. What detectors count behind a rate is counted over the same time.
 */
export const rateWindowTicks = 4;

/** Seconds that one point of a rate speaks for. */
export function rateWindowSeconds({ tickMs }: { readonly tickMs: number }): number {
  return (rateWindowTicks * tickMs) / 1_000;
}
