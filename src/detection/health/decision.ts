/** What an application needs, from cheapest to dearest; the order is that of the model's classes. */
export const healthDecisions = ["none", "soft-heal", "hard-restart"] as const;

export type HealthDecision = (typeof healthDecisions)[number];

/** Probabilities of the decisions, in their order; they add up to 1. */
export type HealthChances = readonly [none: number, softHeal: number, hardRestart: number];

/**
 * What it costs to say one thing when another is right, in minutes of total failure; all in the order of the decisions.
 * Nothing said: the failures that go on for a quarter of an hour, on average of the simulation. Something said needlessly:
 * the action itself, and a person who has been disturbed, which is put at two minutes. A soft heal where only a
 * restart helps: the minutes until that is seen and the ladder goes on to its next step. A restart where a soft heal would
 * do: the start itself and the requests that it interrupts.
 */
const costs: Readonly<Record<HealthDecision, readonly [none: number, softHeal: number, hardRestart: number]>> = {
  none: [0, 4.5, 6],
  "soft-heal": [2.5, 0, 2.5],
  "hard-restart": [3.5, 1.25, 0],
};

/** The decision with the least expected cost; of equal ones the cheaper action. */
export function decide([none, softHeal, hardRestart]: HealthChances): HealthDecision {
  const expected = (decision: HealthDecision) => {
    const [ifNone, ifSoft, ifHard] = costs[decision];
    return none * ifNone + softHeal * ifSoft + hardRestart * ifHard;
  };
  return healthDecisions.reduce((best, one) => (expected(one) < expected(best) - 1e-9 ? one : best));
}
