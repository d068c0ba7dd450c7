import type { Diagnosis } from "../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../incident/diagnosis/evidence.ts";
import type { Rung } from "../incident/fix/ladder.ts";
import type { Recommendation } from "../incident/fix/recommendation.ts";
import type { StoredPlan } from "../incident/fix/stored-plan.ts";
import type { Incident, NamedIncident } from "../incident/incident.ts";
import type { Redacted } from "../incident/redacted.ts";

/** A recommendation as offered: with its plan, or with the reason why there is none. */
export interface FixView {
  readonly recommendation: Recommendation;
  readonly plan?: StoredPlan;
  /** Where it stands on the ladder from the cheapest step to the dearest. */
  readonly rung?: Rung;
  /** A person has said no to it before; why it is offered all the same, in words. */
  readonly offeredAgain?: string;
  /** What a person has set in the plan in place of what was proposed; without a value where that is not shown. */
  readonly edits?: readonly { readonly name: string; readonly value?: string }[];
  readonly refusal?: {
    readonly reason: string;
    readonly detail: string;
    /** What a person can commit where the object is kept. */
    readonly commit?: { readonly name: string; readonly text: Redacted };
  };
}

/** Who has frozen changes, when (ms), and why in his words. */
export interface FrozenBy {
  readonly name: string;
  readonly at: number;
  readonly reason?: string;
}

/** Everything a person can see of one incident, at one revision. Rendering takes nothing else. */
export interface IncidentView {
  readonly incident: Incident;
  readonly revision: number;
  readonly acknowledgedBy: string | null;
  readonly diagnosis?: Diagnosis;
  readonly evidence: readonly Evidence[];
  /** What it turned out to be a part of. */
  readonly whole?: NamedIncident;
  /** What turned out to be a part of it. */
  readonly parts?: readonly NamedIncident[];
  /** Best first. */
  readonly fixes: readonly FixView[];
  readonly timeline: readonly {
    readonly id: string;
    readonly at: number;
    readonly kind: string;
    readonly text: Redacted;
    /** The incident that it was told of, when that is a part of this one by now. */
    readonly of?: string;
  }[];
  readonly frozen: boolean;
  readonly frozenBy?: FrozenBy;
  /** No actor runs that could check the fixes that have no plan yet. */
  readonly actorAway?: true;
  /** Its page; absent where people reach none. */
  readonly url?: string;
}
