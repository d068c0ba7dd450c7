import type { CauseCode } from "../cause.ts";
import type { ObjectRef } from "../object-ref.ts";
import type { Severity } from "../severity.ts";
import type { IncidentStatus } from "../status.ts";

/** What a list of incidents is narrowed to; everything that is left out admits all. */
export interface IncidentFilter {
  readonly statuses?: readonly IncidentStatus[];
  readonly severity?: Severity;
  readonly namespace?: string;
  readonly cluster?: string;
  readonly cause?: CauseCode;
  /** Part of the title, of the target's name, or a number. */
  readonly search?: string;
}

/** Where a page ends: the next one begins below it. `openedAt` in Unix ms. */
export interface IncidentCursor {
  readonly openedAt: number;
  readonly id: string;
}

/** One row of a list; cause, culprit and probability are those of the last diagnosis. Times in Unix ms. */
export interface ListedIncident {
  readonly id: string;
  readonly cluster: string;
  readonly title: string;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  readonly target: ObjectRef;
  readonly openedAt: number;
  readonly onset: number;
  readonly resolvedAt: number | null;
  readonly acknowledgedBy: string | null;
  /** The incident that it turned out to be a part of. */
  readonly mergedInto: string | null;
  readonly cause: CauseCode | null;
  readonly culprit: ObjectRef | null;
  readonly probability: number | null;
  readonly inconclusive: boolean | null;
}

/** How many match, up to a bound. */
export interface IncidentCount {
  readonly count: number;
  readonly more: boolean;
}

/** What occurs, for the filters' lists. */
export interface FilterChoices {
  readonly namespaces: readonly string[];
  readonly clusters: readonly string[];
  readonly causes: readonly CauseCode[];
}
