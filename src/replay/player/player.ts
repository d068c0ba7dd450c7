import type { Clock } from "../../lib/clock.ts";
import type { ObjectTable, Write } from "../api/object-table.ts";
import type { LogPort, ProxyPort } from "../api/ports.ts";
import type { Recording } from "../recording/load-recording.ts";
import type { RecordedFault } from "./load-truth.ts";
import type { RecordedFix } from "./recorded-fix.ts";

export interface PlayerOptions {
  readonly recording: Recording;
  /** An empty table; its `onWrite` must call `noteWrite`. */
  readonly table: ObjectTable;
  readonly clock: Clock;
  /** Where to wait for a fix; none: plays through. */
  readonly faults?: readonly RecordedFault[];
  /** How much of the time before a hold is repeated while it lasts. Default 60 s. */
  readonly repeatMs?: number;
  /** What comes after the recording: its last stretch again and again (default), or nothing new. */
  readonly afterEnd?: "repeat" | "stop";
}

/** `holding`: waits for a fix. `released`: a fix was made, plays on into the recorded recovery. */
export type PlayerState = "playing" | "holding" | "released" | "ended";

export type PlayerEvent =
  /** The next fault of the recording begins; so does the watch for its fix. */
  | { readonly type: "broken"; readonly at: number; readonly fix: RecordedFix }
  | { readonly type: "holding"; readonly at: number; readonly fix: RecordedFix }
  | { readonly type: "released"; readonly at: number; readonly fix: RecordedFix }
  /** A client changed something in a broken cluster, and that does not mend it. */
  | { readonly type: "no-effect"; readonly at: number; readonly fix: RecordedFix; readonly write: Write }
  /** A client took back a fix. How that would have gone on was not recorded: the recovery plays on. */
  | { readonly type: "undone"; readonly at: number; readonly fix: RecordedFix }
  | { readonly type: "ended"; readonly at: number };

export interface PlayerProgress {
  /** Time of the world, and of the recording, Unix ms. */
  readonly at: number;
  readonly recordedAt: number;
  /** 0..1 */
  readonly ratio: number;
}

export interface Player {
  readonly state: PlayerState;
  readonly hold: { readonly fix: RecordedFix; readonly since: number; readonly laps: number } | undefined;
  /** Fixes made and taken back again; see the event. */
  readonly undone: readonly string[];
  readonly progress: PlayerProgress;
  readonly logs: LogPort;
  readonly proxy: ProxyPort;
  noteWrite(write: Write): void;
  on(listener: (event: PlayerEvent) => void): () => void;
  stop(): void;
  /** Resolves after `stop`; rejects when playing failed. */
  readonly done: Promise<void>;
}
