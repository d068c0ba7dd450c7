import type { Series } from "./neutral-case.ts";
import type { Profile } from "./profile.ts";

/** A window in which nothing was wrong with any entity but `except`, whose incident ran then. */
export interface NormalWindow {
  readonly profile: Profile;
  readonly except?: string;
  /** The moments before the incident: they may already be broken, so they speak only where no other window does. */
  readonly lastResort?: boolean;
}

/** The normal windows that may speak for an entity: not those in which it was itself the confirmed cause. */
export function windowsFor(windows: readonly NormalWindow[], ...entities: readonly string[]): readonly Profile[] {
  const usable = windows.filter(({ except }) => except === undefined || !entities.includes(except));
  const better = usable.filter(({ lastResort }) => lastResort !== true);
  return (better.length > 0 ? better : usable).map(({ profile }) => profile);
}

/** With fewer values, all of them count. */
const minForSpare = 5;
/** Share of many values, at either end, that may be odd. */
const oddShare = 0.02;

/**
 * What was usual: from the second lowest to the second highest of what was seen. One odd window (an incident that was
 * explained wrongly, a scrape that slipped) then does not excuse anything. With few values, all of them count.
 */
export function usualRange(values: readonly number[]): { readonly low: number; readonly high: number } | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const spare = sorted.length >= minForSpare ? Math.max(1, Math.floor(sorted.length * oddShare)) : 0;
  return { low: sorted[spare] ?? 0, high: sorted[sorted.length - 1 - spare] ?? 0 };
}

/** An incident whose cause was confirmed; seconds since 1970, as the tables have it. */
export interface PastIncident {
  readonly entity: string;
  readonly from: number;
  readonly to: number;
}

/** What an incident still shows after the time it was given: queues drain, caches fill. */
const recoverySeconds = 600;

/** Samples from before `until` (s) that no incident of this very entity spoiled. */
export function cleanSamples(
  series: Series | undefined,
  until: number,
  incidents: readonly PastIncident[],
): readonly number[] {
  const values: number[] = [];
  series?.times.forEach((time, i) => {
    if (time < until && !incidents.some(({ from, to }) => time >= from && time <= to + recoverySeconds))
      values.push(series.values[i] ?? 0);
  });
  return values;
}
