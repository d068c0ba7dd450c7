/** One attempt to apply a plan. `unknown` is never guessed away: it is resolved by looking at the object. */
export interface Execution {
  readonly id: string;
  readonly planId: string;
  readonly kind: "apply" | "undo";
  readonly outcome: "running" | "applied" | "conflict" | "refused" | "failed";
  readonly detail: string;
  readonly startedAt: number;
  readonly finishedAt?: number;
  readonly resourceVersionBefore?: string;
  readonly resourceVersionAfter?: string;
}

/** How the detail of an execution begins that ended half-way and could not put back what it had done. */
export const partlyApplied = "Only a part was applied";
/** The same of one that must not: a freeze stops what has not been sent, and sends nothing to take the rest back. */
export const stoppedByFreeze = `${partlyApplied}, because changes were frozen`;

export type VerificationVerdict = "recovered" | "not-recovered" | "worse" | "unknown";

/** What a series that showed the trouble measured before a change and when it was judged. */
export interface Measure {
  /** What and of whom, in words. */
  readonly name: string;
  readonly unit: string;
  readonly before: number;
  readonly after: number;
}

/** Did the same detectors clear? */
export interface Verification {
  readonly planId: string;
  readonly verdict: VerificationVerdict;
  readonly reason: string;
  readonly at: number;
  /** Fingerprints that were active before and are still, or newly, active. */
  readonly remaining: readonly string[];
  readonly fresh: readonly string[];
  readonly measures?: readonly Measure[];
}
