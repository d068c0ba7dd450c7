import type { ObjectRef } from "./object-ref.ts";
import type { Redacted } from "./redacted.ts";

/** Something that is not broken today and makes tomorrow worse. For digests and pages; never an incident. */
export interface Risk {
  /** Stable code, such as `single-replica` or `budget-blocks-evictions`. */
  readonly code: string;
  readonly target: ObjectRef;
  /** `risk`: an outage waits for its occasion. `untidy`: costs attention, or does nothing at all. */
  readonly level: "risk" | "untidy";
  readonly text: Redacted;
  /** What to do about it, in the imperative. */
  readonly advice: Redacted;
}
