import type { ProbeAnswer } from "./probe.ts";
import type { Score } from "./score.ts";

export type Verdict =
  /** The steady state was there before, held where it had to, and was there afterwards. */
  | "held"
  | "broken"
  /** The steady state was not there before, so nothing was changed. */
  | "not-tested"
  | "aborted";

export interface ChangeOutcome {
  readonly target: string;
  readonly what: string;
  readonly restored: "restored" | "left" | "failed" | "not-made";
  readonly detail: string;
}

/** What became of a run. Times in ms. */
export interface RunResult {
  readonly verdict: Verdict;
  /** Why, in a sentence. */
  readonly reason: string;
  readonly startedAt: number;
  /** When the first and the last change was made, and when everything was put back; absent when nothing was changed. */
  readonly faultAt?: number;
  readonly restoredAt?: number;
  readonly endedAt: number;
  /** Time after putting back until the steady state was there again. */
  readonly recoveredAfterMs?: number;
  readonly probes: {
    readonly before: readonly ProbeAnswer[];
    /** The worst of each probe while the fault was there: how often it was asked and how often it failed. */
    readonly during: readonly {
      readonly probe: string;
      readonly asked: number;
      readonly failed: number;
      readonly detail: string;
    }[];
    readonly after: readonly ProbeAnswer[];
  };
  readonly changes: readonly ChangeOutcome[];
  /** False when something could not be put back: `kubemend chaos restore` goes on with it. */
  readonly clean: boolean;
  /** Absent when nothing was changed. */
  readonly score?: Score;
}
