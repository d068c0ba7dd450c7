import type { ActionCode } from "../action-code.ts";
import type { CauseCode } from "../cause.ts";
import type { ObjectRef } from "../object-ref.ts";

/** What became of earlier answers in this cluster. */
export interface OutcomeCounts {
  readonly right: number;
  readonly wrong: number;
}

/** An earlier incident of this cluster that looked alike, and what came of it. */
export interface PastIncident {
  readonly id: string;
  readonly title: string;
  readonly cause: CauseCode;
  readonly culprit: ObjectRef;
  readonly onset: number;
  /** What was done about it, when something was. */
  readonly fix?: { readonly action: ActionCode; readonly target: ObjectRef; readonly recovered: boolean };
  /** 0..1, see `similarity`. */
  readonly similarity: number;
}

/** An earlier incident as a diagnosis keeps it for people: its title stays with it. */
export type SeenBefore = Omit<PastIncident, "title">;

/** What is kept of an incident whose details were deleted. */
export type RememberedIncident = Omit<PastIncident, "similarity"> & { readonly target: ObjectRef };

/** How often causes turned out right and fixes worked in this cluster. */
export interface OutcomeTable {
  cause(cause: CauseCode): OutcomeCounts;
  fix(cause: CauseCode, action: ActionCode): OutcomeCounts;
}

/** A person's word that something is not the cause of the incident at hand. */
export interface RejectedCause {
  readonly cause: CauseCode;
  readonly culprit: ObjectRef;
  readonly by: string;
}

/** What a diagnosis may know about the past. */
export interface History {
  readonly similar: readonly PastIncident[];
  readonly outcomes: OutcomeTable;
  readonly rejected?: readonly RejectedCause[];
}
