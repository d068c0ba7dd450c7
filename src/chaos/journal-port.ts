import type { Change } from "./change.ts";
import type { RunResult } from "./result.ts";

/** `intended`: written before the request is sent, so that a killed process leaves no change that nobody knows of. */
export type ChangeState = "intended" | "applied" | "restored" | "left" | "failed";

export interface JournalEntry {
  readonly seq: number;
  readonly change: Change;
  readonly state: ChangeState;
  /** Digest of the object's spec (or data) before it was changed; absent for what is made or removed. */
  readonly digestBefore?: string;
}

export type RunPhase = "planning" | "injecting" | "restoring" | "settling" | "done";

/** What a run writes down while it goes on. */
export interface RunJournal {
  intend(seq: number, change: Change, digestBefore: string | undefined): Promise<void>;
  mark(seq: number, state: ChangeState, detail: string): Promise<void>;
  phase(phase: RunPhase, at: number): Promise<void>;
  finish(result: RunResult): Promise<void>;
  /** Whether somebody asked for the run's end; who. */
  stopAskedBy(): Promise<string | undefined>;
}
