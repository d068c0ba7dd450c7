import type { ActionCode } from "../action-code.ts";
import type { CauseCode } from "../cause.ts";
import type { ObjectRef } from "../object-ref.ts";
import type { Redacted } from "../redacted.ts";
import type { ActionRisk } from "./action-risk.ts";

/** A parameter that evidence could not supply: a person must fill it in before a plan can be made. */
export interface NeededParam {
  readonly name: string;
  readonly why: string;
}

/** An action of the catalogue with parameters. Untrusted until planned. */
export interface Recommendation {
  /** `R1`, unique inside one diagnosis. */
  readonly id: string;
  readonly action: ActionCode;
  readonly target: ObjectRef;
  /** The cause it is to repair, by which its outcome is remembered; the diagnosis's first when absent. */
  readonly cause?: CauseCode;
  /** Validated by the action's own schema when a plan is made. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly needs: readonly NeededParam[];
  readonly reason: Redacted;
  /** Probability that this fix clears the incident, 0..1. */
  readonly confidence: number;
  /** The command that would do the same. */
  readonly kubectl: string;
  readonly risk: ActionRisk;
  readonly reversible: boolean;
  /** Share of the requests measured in its namespace that the target answered before the trouble, 0..1; absent when nothing is measured. */
  readonly trafficShare?: number;
}
