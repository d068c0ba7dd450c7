import type { ObjectRef } from "../object-ref.ts";
import type { Redacted } from "../redacted.ts";

/** One kind of line that belongs to an incident, with the first that was written of it. */
export interface LogQuote {
  readonly workload: ObjectRef;
  readonly pod: string;
  readonly level: "fatal" | "error" | "warn" | "other";
  /** When the first of them was written (ms). */
  readonly at: number;
  /** Lines of this kind during the incident, and in the minutes before it. */
  readonly lines: number;
  readonly linesBefore: number;
  readonly text: Redacted;
}

/**
 * What the logs of an incident say, in a few lines: the rare and the severe ones of all workloads concerned, taken together.
 * Their first is near the cause, their worst is what hurts.
 */
export interface LogView {
  readonly from: number;
  readonly to: number;
  readonly first: LogQuote;
  readonly worst: LogQuote;
  /** Words that the lines have in common with each other and not with what was written before. */
  readonly hallmarks: readonly Redacted[];
  /** The most telling kinds, oldest first; holds `first` and `worst`. */
  readonly quotes: readonly LogQuote[];
  /** Kinds in all, and how many workloads wrote them. */
  readonly kinds: number;
  readonly workloads: number;
  /** Share of the lines that could be read, 0..1; below 1 a flood has kept something from us. */
  readonly shareRead: number;
}
