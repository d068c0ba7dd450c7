import type { Header } from "./header.ts";
import type { TimeScan } from "./scan-time.ts";

/** Where the scan stands: `at` its offset, `word` the end of the word there; then what was seen so far. */
export interface Cursor {
  at: number;
  word: number;
  code: number;
  numbers: number;
  brackets: number;
  /** Of `brackets`, those after the level. */
  threads: number;
  components: number;
  /** How often a layout of a single program was looked for. */
  searches: number;
  /** The sign that stood between two fields (`|`, `-`, `:`), 0 when it was space. */
  separator: number;
  timed: boolean;
  done: boolean;
}

/** Takes the field at the cursor, if it is of its kind, and moves on; sets `done` when the message follows. */
export type Step = (text: string, end: number, header: Header, cursor: Cursor) => boolean;

/** Notes the first time stamp of a line. */
export function noteTime(header: Header, start: number, scan: TimeScan): void {
  header.timeStart = start;
  header.timeEnd = scan.end;
  header.kind = scan.kind;
}

/** The header ends; the message starts at `at`. */
export function finish(c: Cursor, at: number): true {
  c.at = at;
  c.done = true;
  return true;
}
