import type { KubeEvent, KubeObject } from "../../cluster/kubernetes-types.ts";
import type { LogLine } from "../../cluster/signal.ts";
import type { ChangeType } from "../api/object-table.ts";
import type { Recording } from "../recording/load-recording.ts";

/** One thing that happened, at recorded time `at` (Unix ms). */
export type Row =
  | { readonly kind: "object"; readonly at: number; readonly change: ChangeType; readonly object: KubeObject }
  | { readonly kind: "event"; readonly at: number; readonly change: ChangeType; readonly event: KubeEvent }
  | { readonly kind: "log"; readonly at: number; readonly line: LogLine };

/** Everything that happened in a recording after its start, except samples, in order. */
export interface Timeline {
  readonly rows: readonly Row[];
  /** Index of the first row at or after a time. */
  indexFrom(at: number): number;
  /** Rows with from <= at < to. */
  between(from: number, to: number): readonly Row[];
}

/** Sorts once. Rows of one time stay in the order objects, events, logs. */
export function createTimeline(recording: Recording): Timeline {
  const rows: Row[] = [
    ...recording.changes.map((row): Row => ({ kind: "object", ...row })),
    ...recording.events.map((row): Row => ({ kind: "event", ...row })),
    ...recording.logs.map((line): Row => ({ kind: "log", at: line.at, line })),
  ];
  rows.sort((a, b) => a.at - b.at);

  const indexFrom = (at: number): number => {
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((rows[middle]?.at ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { rows, indexFrom, between: (from, to) => rows.slice(indexFrom(from), indexFrom(to)) };
}
