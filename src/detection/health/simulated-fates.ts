import { type InstanceMake, type InstanceState, restarted } from "./simulated-instance.ts";

/** What is in store for one simulated instance; times in minutes from where watching begins. */
export interface Fate {
  readonly make: InstanceMake;
  readonly start: InstanceState;
  /** When memory begins to fill, if it ever does; 0: it has since its start. */
  readonly fillsFrom: number;
  /** What goes wrong by itself, from when, how fast and how far. */
  readonly ramp:
    | { readonly of: "spin" | "stuck" | "broken"; readonly at: number; readonly minutes: number; readonly to: number }
    | undefined;
  /** Share of its CPU in use in the busiest hour, and which hour that is. */
  readonly peak: number;
  readonly busiest: number;
  readonly minutes: number;
  readonly spikes: readonly { readonly at: number; readonly for: number; readonly by: number }[];
  readonly outages: readonly { readonly at: number; readonly for: number; readonly share: number }[];
  /** Somebody asks it to heal itself when it has looked ill for so long. */
  readonly heals: boolean;
  readonly healAfter: number;
  /** Somebody restarts it so long after it has become as bad as it gets. */
  readonly operatorAfter: number;
}

export type Fates = (random: () => number) => Fate;

/** Services as they mostly are: a tenth leaks, a tenth fills caches, a third falls ill of something else, the rest stays well. */
export const usualFates: Fates = (random) => {
  const between = (low: number, high: number) => low + (high - low) * random();
  /** Evenly over orders of magnitude. */
  const spread = (low: number, high: number) => low * (high / low) ** random();
  const wrong = random();
  // Caches without a bound fill within hours, leaks take up to days.
  const cacheMinutes = spread(10, 300);
  const leakMinutes = spread(40, 3_000);
  const make: InstanceMake = {
    // Some runtimes take most of what they may have, and stay there.
    baseMemory: random() < 0.15 ? between(0.55, 0.75) : between(0.15, 0.55),
    loadMemory: between(0.02, 0.2),
    fullRps: spread(1, 1_000),
    usualErrors: spread(1e-5, 8e-3),
    cachePerMinute: wrong < 0.12 ? 1 / cacheMinutes : 0,
    leakPerMinute: wrong >= 0.12 && wrong < 0.24 ? 1 / leakMinutes : 0,
  };
  const of = wrong < 0.24 || wrong > 0.62 ? undefined : wrong < 0.37 ? "spin" : wrong < 0.5 ? "stuck" : "broken";
  const peak = between(0.2, 0.8);
  const minutes = between(120, 900);
  // Most are watched in the middle of their life, some from their start.
  let start: InstanceState = { ...restarted(), uptimeSeconds: random() < 0.3 ? 0 : spread(600, 30 * 86_400) };
  const fillsLater = wrong < 0.24 && random() < 0.5;
  if (wrong < 0.24 && !fillsLater) {
    const full = Math.max(0, 1 - make.baseMemory - make.loadMemory) * random();
    const filledMinutes = (full * (wrong < 0.12 ? cacheMinutes : leakMinutes)) / (0.7 * peak);
    start = { ...restarted(), [wrong < 0.12 ? "cache" : "leak"]: full, uptimeSeconds: filledMinutes * 60 };
  }
  return {
    make,
    start,
    // Others begin with a kind of request that nobody made before.
    fillsFrom: fillsLater ? between(10, minutes) : 0,
    ramp: of && { of, at: between(10, minutes), minutes: between(0.5, 40), to: between(0.3, 1) },
    peak,
    busiest: between(9, 20),
    minutes,
    spikes: Array.from({ length: 2 }, () => ({
      at: between(0, minutes),
      for: between(0.5, 8),
      by: spread(1.3, 3),
    })),
    outages: random() < 0.15 ? [{ at: between(0, minutes), for: spread(0.5, 20), share: between(0.1, 1) }] : [],
    heals: random() < 0.6,
    healAfter: spread(1, 15),
    operatorAfter: between(5, 60),
  };
};
