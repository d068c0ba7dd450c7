import type { ExpectedOutcome } from "./experiment.ts";
import type { RunResult } from "./result.ts";

/** One line of a game day. `problems`: why it was not run. */
export interface GameDayEntry {
  readonly name: string;
  readonly hypothesis: string;
  /** `none` where no incident is to come of it. */
  readonly expected: ExpectedOutcome;
  readonly runId?: string | undefined;
  readonly result?: RunResult | undefined;
  readonly problems: readonly string[];
  /** Incidents that would not close before it began: what was found may be theirs. */
  readonly openBefore?: readonly string[];
}

/** Times in unix ms; entries in the order in which they were run. */
export interface GameDay {
  readonly cluster: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly entries: readonly GameDayEntry[];
}

/** So many of so many that were asked. */
export interface Share {
  readonly have: number;
  readonly of: number;
}

export interface GameDaySummary {
  readonly experiments: number;
  readonly run: number;
  readonly held: number;
  /** Of those that are to be noticed. */
  readonly detected: Share;
  readonly inTime: Share;
  /** Of those that are to be borne without an incident. */
  readonly quiet: Share;
  readonly rightCause: Share;
  readonly rightCulprit: Share;
  readonly rightFix: Share;
  readonly fixWorked: Share;
  readonly falseMerges: number;
  /** Incidents beyond the one for a fault. */
  readonly split: number;
  readonly foreign: number;
  readonly medianDetectionMs: number | null;
  readonly clean: boolean;
}

function shareOf(marks: readonly (boolean | undefined)[]): Share {
  const asked = marks.filter((mark) => mark !== undefined);
  return { have: asked.filter(Boolean).length, of: asked.length };
}

function medianOf(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** The figures of a game day. Pure. */
export function summarize({ entries }: GameDay): GameDaySummary {
  const scored = entries.flatMap(({ expected, result }) => (result?.score ? [{ expected, score: result.score }] : []));
  const faults = scored.filter(({ expected }) => expected !== "none").map(({ score }) => score);
  const borne = scored.filter(({ expected }) => expected === "none").map(({ score }) => score);
  const scores = scored.map(({ score }) => score);
  const sum = (count: (score: (typeof scores)[number]) => number) =>
    scores.reduce((total, score) => total + count(score), 0);
  return {
    experiments: entries.length,
    run: entries.filter(({ result }) => result?.faultAt !== undefined).length,
    held: entries.filter(({ result }) => result?.verdict === "held").length,
    detected: shareOf(faults.map(({ detected }) => detected)),
    inTime: shareOf(faults.map(({ inTime }) => inTime)),
    quiet: shareOf(borne.map(({ detected }) => !detected)),
    rightCause: shareOf(faults.map(({ rightCause }) => rightCause)),
    rightCulprit: shareOf(faults.map(({ rightCulprit }) => rightCulprit)),
    rightFix: shareOf(faults.map(({ rightFix }) => rightFix)),
    fixWorked: shareOf(faults.map(({ fixWorked }) => fixWorked)),
    falseMerges: sum(({ falseMerges }) => falseMerges.length),
    split: sum(({ split }) => split.length),
    foreign: sum(({ foreign }) => foreign.length),
    medianDetectionMs: medianOf(
      faults.flatMap(({ detectedAfterMs }) => (detectedAfterMs === undefined ? [] : [detectedAfterMs])),
    ),
    clean: entries.every(({ result }) => result?.clean !== false),
  };
}
