/** What an application needs, from cheapest to dearest; the order is that of the model's classes. */
export const healthDecisions = ["none", "soft-heal", "hard-restart"] as const;

export type HealthDecision = (typeof healthDecisions)[number];

/** Probabilities of the decisions, in their order; they add up to 1. */
export type HealthChances = readonly [none: number, softHeal: number, hardRestart: number];

/** Doing nothing needs no proof; an action must be likelier than not. */
const least = 0.5;

export function decide([none, softHeal, hardRestart]: HealthChances): HealthDecision {
  if (1 - none <= least) return "none";
  return hardRestart > softHeal ? "hard-restart" : "soft-heal";
}
