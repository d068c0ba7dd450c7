import { makeRef } from "../../incident/object-ref.ts";
import type { DetectContext, Detector, Finding } from "../detector.ts";
import { short } from "../state/container-states.ts";
import { createLearning, isSettled, type Learning, runsToItsEnd } from "./learned.ts";
import type { WorkloadTally } from "./log-tally.ts";
import type { MessageKind } from "./message-kinds.ts";

/** What a program says in its first minutes belongs to its start. */
const startMs = 3 * 60_000;
const minLines = 5;
const minLastingMs = 30_000;
/** Without another line for this long it is over. */
const quietMs = 60_000;
/** What goes on for so long is how it is now. */
const newNormalMs = 10 * 60_000;
/** Most chance that a workload says something new in such a window anyway. */
const maxChance = 0.05;

/** Lines of so long before (ms) tell whether a workload was at work; it was not where it then writes so many times as often. */
const beforeMs = 2 * 60_000;
const idleFactor = 5;

/** Kinds that a workload wrote as it was put to work: what it says then was to be expected. */
const ofFirstWork = new WeakMap<MessageKind, boolean>();

/** Idle while it was learned, and asked to do its work for the first time: the lines of its trade are new, and no news. */
function cameWithWork(kind: MessageKind, tally: WorkloadTally, now: number): boolean {
  const { firstAt } = kind;
  const known = ofFirstWork.get(kind);
  if (known !== undefined) return known;
  const lines = tally.linesSince(firstAt);
  const before = tally.linesSince(firstAt - beforeMs) - lines;
  const came = lines / (now - firstAt) > idleFactor * (before / beforeMs);
  // Too early to say at first; too late once the counts before it are forgotten.
  if (now - firstAt >= minLastingMs) ofFirstWork.set(kind, came);
  return came;
}

/**
 * The chance that a workload says something new within a twenty-fourth of the time of learning (5 min of 2 h), from how
 * often it did since half of that time had passed; half an occurrence is added for what has not been seen yet
 * (Jeffreys' prior of a Poisson rate).
 */
function chanceOfNews(kinds: Iterable<MessageKind>, knownFrom: number, at: number, learnMs: number): number {
  const windowMs = learnMs / 24;
  const from = knownFrom - learnMs / 2;
  let news = 0;
  // What is new together has one reason.
  for (const { firstAt } of kinds) if (firstAt > from && firstAt < at - windowMs) news++;
  return 1 - Math.exp((-(news + 0.5) / Math.max(windowMs, at - from)) * windowMs);
}

/** Kinds of ordinary messages that are rare: never written while the workload was learned, by programs that are up. */
export function rareKinds(
  tally: WorkloadTally,
  learning: Learning,
  context: DetectContext,
  since: number,
): readonly MessageKind[] {
  if (runsToItsEnd(tally.workload)) return [];
  const knownFrom = learning.knownFrom(tally, context);
  if (context.now < knownFrom || tally.ordinary.dropped > 0) return [];
  const fresh = tally.ordinary.since(since).filter(({ firstAt, runs }) => firstAt > knownFrom && runs === 1);
  return fresh.filter((kind) => {
    const { pod, runAt, firstAt } = kind;
    const writer = context.podsOf(tally.workload).find(({ metadata }) => metadata.name === pod);
    if (!writer || !isSettled(writer, undefined, runAt - startMs)) return false;
    if (cameWithWork(kind, tally, context.now)) return false;
    return chanceOfNews(tally.ordinary.all(), knownFrom, firstAt, context.learnMs) <= maxChance;
  });
}

/**
 * An ordinary message that a workload never wrote while it was learned, again and again. Source: kinds of its log lines.
 * It only adds to what others find, because new words alone are no trouble: never opens an incident. Not rare: what a new
 * revision writes until it is learned, what a workload writes that had nothing to do before, what is written at the start or the end of a program, what jobs write, a line once
 * a day, whatever a workload writes that often has something new to say.
 */
export const rareTemplate = (): Detector => {
  const learning = createLearning();
  return {
    name: "log-rare-template",
    family: "log",
    nature: "symptom",
    corroborates: true,
    *detect(context: DetectContext): Iterable<Finding> {
      const { now } = context;
      for (const tally of context.logs.workloads()) {
        const lasting = rareKinds(tally, learning, context, now - quietMs).filter(
          ({ count, runAt, lastAt }) =>
            count >= minLines && lastAt - runAt >= minLastingMs && lastAt - runAt < newNormalMs,
        );
        const [first] = lasting.toSorted((a, b) => a.runAt - b.runAt);
        if (!first) continue;
        const lines = lasting.reduce((sum, { count }) => sum + count, 0);
        yield {
          reason: "rare-template",
          target: tally.workload,
          seenOn: makeRef("Pod", tally.namespace, first.pod),
          severity: "low",
          score: Math.min(0.9, 1 - 1 / (1 + lasting.length)),
          headline: `says something new: ${short(first.example, 80)}`,
          summary: `${tally.workload.name} has written ${lines} lines of ${lasting.length === 1 ? "a kind" : `${lasting.length} kinds`} that it did not write before, first: ${short(first.example, 200)}`,
          startsAt: first.runAt,
          fading: true,
          value: lines,
          expected: 0,
          unit: "lines",
        };
      }
    },
  };
};
