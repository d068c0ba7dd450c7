import { type Fates, usualFates } from "../../src/detection/health/simulated-fates.ts";

/** Makes an instance unlike those that the classifier was trained on, out of one that is. */
const otherwise =
  (change: (fate: ReturnType<Fates>, random: () => number) => Partial<ReturnType<Fates>>): Fates =>
  (random) => {
    const fate = usualFates(random);
    return { ...fate, ...change(fate, random) };
  };

/** Profiles of applications outside of what the simulation for training draws from. */
export const otherFates: Readonly<Record<string, Fates>> = {
  "busy gateways": otherwise(({ make }, random) => ({
    make: { ...make, fullRps: 1_200 + 2_000 * random(), usualErrors: 0.001 + 0.009 * random() },
  })),
  "quiet back offices": otherwise(({ make }, random) => ({
    make: { ...make, fullRps: 0.5 + 1.5 * random() },
    peak: 0.05 + 0.15 * random(),
  })),
  "large heaps": otherwise(({ make }, random) => ({
    make: { ...make, baseMemory: 0.55 + 0.25 * random(), loadMemory: 0.1 * random() },
  })),
  "night workers": otherwise((_, random) => ({ busiest: (22 + 6 * random()) % 24 })),
  "nobody ever heals": otherwise(() => ({ heals: false })),
  "healed at once": otherwise(() => ({ heals: true, healAfter: 1 })),
};
