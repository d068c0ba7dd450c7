import type { Diagnosis } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import type { Execution, Verification } from "../../incident/fix/execution.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import type { Incident } from "../../incident/incident.ts";
import type { Redact, Redacted } from "../../incident/redacted.ts";

/** What a post-mortem is written from. */
export interface PostmortemInput {
  readonly incident: Incident;
  readonly diagnosis: Diagnosis;
  readonly evidence: readonly Evidence[];
  readonly recommendations: readonly Recommendation[];
  /** What was done, oldest first, with the fix it carried out. */
  readonly executions: readonly {
    readonly execution: Execution;
    /** The action on its target in words: `Roll back Deployment shop/carts (revision 3)`. */
    readonly title: string;
    readonly kubectl: string;
    readonly approvedBy: readonly string[];
    readonly verification?: Verification;
  }[];
  /** What people and kubemend did meanwhile, as told on the incident's timeline. */
  readonly told?: readonly { readonly at: number; readonly kind: string; readonly text: Redacted }[];
  /** Titles may quote what was logged. */
  readonly redact: Redact;
}
