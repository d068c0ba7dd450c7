export interface Person {
  /** `slack:U123`, `mail:a@b.c`, `cli:local`. */
  readonly id: string;
  readonly name: string;
  /** Other ids of the same person, such as `mail:a@b.c` of a Slack user; for the policy. */
  readonly aliases?: readonly string[];
}

/**
 * One person's yes to a plan as it was shown: it counts for the content with this digest and no other. `at` in unix ms.
 */
export interface Approval {
  readonly planId: string;
  readonly digest: string;
  readonly by: Person;
  readonly at: number;
  readonly note?: string;
}

/** What an attempt to approve came to. Losers of a race are told why. */
export type ApprovalOutcome =
  | { readonly type: "approved" }
  | { readonly type: "vote-counted"; readonly have: number; readonly need: number }
  /** `detail`: what exactly stands in the way, for the person who asked. */
  | { readonly type: "refused"; readonly reason: ApprovalRefusal; readonly detail?: string };

export type ApprovalRefusal =
  | "already-decided"
  | "expired"
  | "plan-changed"
  | "not-allowed"
  | "already-voted"
  | "frozen"
  | "unknown-plan"
  /** It changes another cluster than the one this process answers for. */
  | "other-cluster"
  | "budget-spent"
  /** Another change of the same incident is on its way or being judged. */
  | "one-at-a-time"
  /** Its incident is resolved: there is nothing to repair. */
  | "incident-over"
  /** The approver may not do it himself in the cluster, or the cluster could not be asked. */
  | "cluster-denies"
  | "cluster-not-asked"
  | SecondFactorRefusal;

/** Why a one-time code did not count. */
export type SecondFactorRefusal =
  | "code-needed"
  | "code-wrong"
  | "code-used"
  | "code-locked"
  | "not-enrolled"
  | "second-factor-unavailable";
