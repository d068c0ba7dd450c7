import { rest } from "../lib/clock.ts";
import type { Change } from "./change.ts";
import type { Experiment } from "./experiment.ts";
import { operatorFailure } from "./operator-status.ts";
import type { ProbeTally } from "./probe-tally.ts";
import { askAll, type RunDeps, stopAskedBy } from "./run-deps.ts";

/** A guard has to fail this often in a row: one lost request must not end an experiment. */
const failuresToAbort = 2;

/**
 * Asks the probes again and again while the fault is there, and adds their answers to the tally.
 * @returns why it ended before its time: somebody asked for it, an abort condition held, or the fault's operator failed
 */
export async function watchFault(
  experiment: Experiment,
  changes: readonly Change[],
  tally: ProbeTally,
  deps: RunDeps,
): Promise<string | undefined> {
  const { clock, signal } = deps;
  const failures = new Map<string, number>();
  /** Counts failures in a row; true when there are too many. */
  const failsAgain = (guard: string, fails: boolean): boolean => {
    const count = fails ? (failures.get(guard) ?? 0) + 1 : 0;
    failures.set(guard, count);
    return count >= failuresToAbort;
  };
  for (const until = clock.now() + experiment.duration; clock.now() < until; ) {
    // Aborted means: who asked for the end is asked below.
    await rest(clock, Math.min(experiment.every, until - clock.now()), signal);
    const by = await stopAskedBy(deps);
    if (by !== undefined) return `stopped by ${by}`;
    for (const answer of await askAll(experiment.steadyState, deps)) tally.add(answer);
    const guards = await askAll(experiment.abort, deps);
    const broken = guards.filter(({ probe, holds }) => failsAgain(probe, !holds)).at(-1);
    if (broken) return `abort condition: ${broken.probe} (${broken.detail})`;
    // An operator that has not selected its pods yet says the same as one that found none.
    const failure = await operatorFailure(deps.cluster, changes);
    if (failsAgain("operator", failure !== undefined)) return failure;
  }
  return undefined;
}
