import type { Signal } from "../../../src/cluster/signal.ts";
import type { Recording } from "../../../src/replay/recording/load-recording.ts";

/** A recording, in the order in which a watcher would have got it, and the truth in the same names. */
export interface Mutated {
  readonly recording: Recording;
  /** Changes the order or time of arrival. */
  readonly arrive?: (signals: Iterable<Signal>) => Iterable<Signal>;
  /** Names of the truth in the words of the recording. */
  readonly rename?: (text: string) => string;
}

export type Mutation = (recording: Recording) => Mutated;

/** Every text of a value through one function; numbers and structure stay. */
export function mapTexts<T>(value: T, change: (text: string) => string): T {
  const walk = (one: unknown): unknown => {
    if (typeof one === "string") return change(one);
    if (Array.isArray(one)) return one.map(walk);
    if (one !== null && typeof one === "object" && !(one instanceof Float64Array))
      return Object.fromEntries(Object.entries(one).map(([key, inner]) => [change(key), walk(inner)]));
    return one;
  };
  return walk(value) as T;
}

/** Lines of the logs changed, nothing else. */
export function mapLines(recording: Recording, change: (line: string) => string): Recording {
  return { ...recording, logs: recording.logs.map((row) => ({ ...row, line: change(row.line) })) };
}
