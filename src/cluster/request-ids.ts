import { type ObjectRef, refKey } from "../incident/object-ref.ts";
import type { LogStore } from "./log-store.ts";

/** Workloads of a namespace that are looked at, pods of each. */
const maxWorkloads = 40;
const maxPods = 2;
const maxLineChars = 1_024;
/** So many requests in common are no coincidence. */
const leastShared = 5;
/** Of the requests in common, the share in which order must be the same: lines of the same millisecond come in any. */
const most = 0.75;
/** What is written again later (ms) is the id of something else. */
const requestMs = 10_000;
/** Hexadecimal, long enough, with digits and letters: `3553d59c`, a trace id of W3C or B3, a UUID. */
const id = /(?<![\w-])(?=[0-9a-f-]*\d)(?=[0-9a-f-]*[a-f])[0-9a-f]{8}[0-9a-f-]{0,28}(?![\w-])/gi;

interface Told {
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface RequestLogs {
  readonly logs: LogStore;
  readonly podNamesOf: (workload: ObjectRef) => readonly string[];
  /** Newest lines of each pod. */
  readonly lines: number;
  readonly since: number;
}

/** The ids of requests in the log of a workload, with when they were written. */
function idsOf(workload: ObjectRef, { logs, podNamesOf, lines, since }: RequestLogs): ReadonlyMap<string, Told> {
  const found = new Map<string, Told>();
  for (const pod of podNamesOf(workload).slice(0, maxPods)) {
    for (const { line, at } of logs.lines({ namespace: workload.namespace ?? "", pod, from: since }).slice(-lines)) {
      const text = line.length > maxLineChars ? line.slice(0, maxLineChars) : line;
      for (const [word] of text.matchAll(id)) {
        const known = found.get(word);
        found.set(word, { firstAt: Math.min(at, known?.firstAt ?? at), lastAt: Math.max(at, known?.lastAt ?? at) });
      }
    }
  }
  for (const [word, { firstAt, lastAt }] of found) if (lastAt - firstAt > requestMs) found.delete(word);
  return found;
}

/**
 * Whom a workload waits for, of which nothing else tells whom it calls: those whose logs bear the ids of its requests, when it
 * is the one that is done with each of them last. Of two that are both done before a third nobody knows which calls which.
 */
export function waitsForByIds(
  workload: ObjectRef,
  others: readonly ObjectRef[],
  source: RequestLogs,
): readonly ObjectRef[] {
  const own = idsOf(workload, source);
  if (own.size < leastShared) return [];
  const near = others
    .filter((ref) => ref.namespace === workload.namespace && refKey(ref) !== refKey(workload))
    .slice(0, maxWorkloads);
  const found: ObjectRef[] = [];
  for (const other of near) {
    let shared = 0;
    let before = 0;
    for (const [word, { lastAt }] of idsOf(other, source)) {
      const mine = own.get(word);
      if (!mine || Math.abs(mine.lastAt - lastAt) > requestMs) continue;
      shared++;
      if (lastAt <= mine.lastAt) before++;
    }
    if (shared < leastShared) continue;
    if (before < most * shared) return [];
    found.push(other);
  }
  return found;
}
