import type { ActionCode } from "../incident/action-code.ts";
import type { CauseCode } from "../incident/cause.ts";
import type { Incident } from "../incident/incident.ts";
import type { ObjectRef } from "../incident/object-ref.ts";
import type { OutcomeCounts } from "./confidence.ts";

/** An earlier incident of this cluster that looked alike, and what came of it. */
export interface PastIncident {
  readonly id: string;
  readonly title: string;
  readonly cause: CauseCode;
  readonly culprit: ObjectRef;
  readonly onset: number;
  /** What was done about it, when something was. */
  readonly fix?: { readonly action: ActionCode; readonly target: ObjectRef; readonly recovered: boolean };
  /** 0..1. */
  readonly similarity: number;
}

/** How often causes turned out right and fixes worked in this cluster. */
export interface OutcomeTable {
  cause(cause: CauseCode): OutcomeCounts;
  fix(cause: CauseCode, action: ActionCode): OutcomeCounts;
}

/** What a diagnosis may know about the past. Implemented by the store. */
export interface History {
  readonly similar: readonly PastIncident[];
  readonly outcomes: OutcomeTable;
}

export interface HistoryPort {
  /** Resolves within a second or is given up; a diagnosis never waits for the past. */
  recall(incident: Incident): Promise<History>;
}
