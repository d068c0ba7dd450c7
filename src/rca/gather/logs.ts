import type { Observation } from "../../cluster/observation.ts";
import { makeRef, type ObjectRef } from "../../incident/object-ref.ts";
import { isoTime, utcTime } from "../../lib/clock.ts";
import { untilToken } from "../../lib/until-token.ts";
import type { Finding } from "./evidence-book.ts";
import { gistOf } from "./line-gist.ts";
import type { LogLevel } from "./log-level.ts";
import { type LogSign, signsOf } from "./log-text.ts";
import { gistOfKept, levelOfKept } from "./read-once.ts";

/** All lines of one kind and level that a workload wrote, with how it was before. */
export interface LogFact {
  readonly workload: ObjectRef;
  readonly level: LogLevel;
  readonly signs: readonly LogSign[];
  readonly example: string;
  readonly pod: string;
  readonly container: string;
  /** Pods that wrote it since the onset. */
  readonly pods: ReadonlySet<string>;
  readonly count: number;
  readonly countBefore: number;
  readonly first: number;
  readonly last: number;
}

interface Tally {
  level: LogLevel;
  signs: readonly LogSign[];
  example: string;
  pod: string;
  container: string;
  pods: Set<string>;
  count: number;
  countBefore: number;
  first: number;
  last: number;
}

const maxLinesPerPod = 20_000;
const maxKinds = 200;
/** Expressions run over this much of a line, whatever somebody writes into a log. */
const maxExampleChars = 1_000;

/** Unix ms: lines from `before` to `onset` tell what is usual, those from `onset` to `now` what is wrong. */
export interface LogWindow {
  readonly before: number;
  readonly onset: number;
  readonly now: number;
}

/**
 * Severe and telling lines of a workload since the onset, grouped by kind, most frequent first. Lines before the onset
 * only tell how usual a kind is.
 */
export function logFactsOf(
  observation: Observation,
  workload: ObjectRef,
  pods: readonly string[],
  window: LogWindow,
): readonly LogFact[] {
  const tallies = new Map<string, Tally>();
  for (const pod of pods) {
    const lines = observation.logs.lines({
      namespace: workload.namespace ?? "",
      pod,
      from: window.before,
      to: window.now,
    });
    for (const kept of lines.slice(-maxLinesPerPod)) {
      const { at, container, line } = kept;
      const level = levelOfKept(kept);
      if (level === "other" && !/fail|error|denied|refus|slow|timeout|usage:|not found|not set/i.test(line)) continue;
      const kind = `${level} ${gistOfKept(kept).kind}`;
      let tally = tallies.get(kind);
      if (!tally) {
        if (tallies.size >= maxKinds) continue;
        tally = {
          level,
          signs: signsOf(line),
          example: untilToken(line, maxExampleChars),
          pod,
          container,
          pods: new Set(),
          count: 0,
          countBefore: 0,
          first: at,
          last: at,
        };
        tallies.set(kind, tally);
      }
      if (at < window.onset) {
        tally.countBefore++;
        continue;
      }
      if (tally.count === 0)
        Object.assign(tally, { first: at, example: untilToken(line, maxExampleChars), pod, container });
      tally.count++;
      tally.last = at;
      tally.pods.add(pod);
    }
  }
  return [...tallies.values()]
    .filter((tally) => tally.count > 0)
    .map((tally) => ({ workload, ...tally }))
    .sort((a, b) => b.count - a.count);
}

/** Clearly more frequent than before the onset, per time. */
export function isFresh(fact: LogFact, window: LogWindow): boolean {
  const before = fact.countBefore / Math.max(1, window.onset - window.before);
  const after = fact.count / Math.max(1, window.now - window.onset);
  return fact.countBefore === 0 || after > 3 * before;
}

/** The last lines of a container before it ended. */
export function lastLines(
  observation: Observation,
  pod: ObjectRef,
  container: string,
  endedAt: number,
  lines = 8,
): readonly string[] {
  return observation.logs
    .lines({ namespace: pod.namespace ?? "", pod: pod.name, container, to: endedAt + 1_500 })
    .slice(-lines)
    .map((line) => untilToken(line.line, maxExampleChars));
}

/** `from` and `to` are the stretch that was looked at (ms). The example is raw, and cut at 600 characters. */
export function logFinding(fact: LogFact, from: number, to: number): Finding {
  return {
    source: "log",
    about: fact.workload,
    query: `kubectl -n ${fact.workload.namespace} logs ${fact.pod} -c ${fact.container} --since-time=${isoTime(fact.first)}`,
    text: `${fact.count} line${fact.count === 1 ? "" : "s"} like this from ${fact.pods.size} pod${fact.pods.size === 1 ? "" : "s"} since ${utcTime(fact.first)} (${fact.countBefore} before): ${untilToken(fact.example, 600)}`,
    at: fact.first,
    from,
    to,
  };
}

const maxShownChars = 300;

/** Alike lines are told once, as the newest of them, in the order of their last time: eight requests say no more than one. */
function foldAlike(lines: readonly string[]): string {
  const kinds = new Map<string, { readonly line: string; readonly times: number }>();
  for (const line of lines) {
    const { kind } = gistOf(line);
    const times = (kinds.get(kind)?.times ?? 0) + 1;
    kinds.delete(kind);
    kinds.set(kind, { line: untilToken(line, maxShownChars), times });
  }
  return [...kinds.values()].map(({ line, times }) => (times > 1 ? `${line} (${times} such lines)` : line)).join("\n");
}

/**
 * About the workload, as its pods come and go. Lines are raw, each cut at 300 characters; `at` is when the container
 * ended (ms).
 */
export function lastLinesFinding(
  pod: ObjectRef,
  workload: ObjectRef,
  container: string,
  lines: readonly string[],
  at: number,
): Finding {
  return {
    source: "log",
    about: makeRef(workload.kind, workload.namespace, workload.name),
    query: `kubectl -n ${pod.namespace} logs ${pod.name} -c ${container} --previous --tail=${lines.length}`,
    text: `Last lines of container ${container} in ${pod.name} before it ended:\n${foldAlike(lines)}`,
    at,
  };
}
