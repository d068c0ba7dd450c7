import { makeRef } from "../incident/object-ref.ts";
import { messageOf } from "../lib/app-error.ts";
import { rest } from "../lib/clock.ts";
import type { Change } from "./change.ts";
import type { Experiment } from "./experiment.ts";
import { inject } from "./inject.ts";
import type { JournalEntry } from "./journal-port.ts";
import { judgedFacts } from "./judged-facts.ts";
import type { ProbeAnswer } from "./probe.ts";
import { createProbeTally } from "./probe-tally.ts";
import { outcomeOf, restoreRun } from "./restore-run.ts";
import type { RunResult, Verdict } from "./result.ts";
import { askAll, type RunDeps, stopAskedBy } from "./run-deps.ts";
import { type Score, scoreRun } from "./score.ts";
import { watchFault } from "./watch-fault.ts";
import type { WriterDeps } from "./write-values.ts";

const failureText = (answers: readonly ProbeAnswer[]) =>
  answers
    .filter(({ holds }) => !holds)
    .map(({ probe, detail }) => `${probe} (${detail})`)
    .join("; ");

/**
 * Runs one experiment: steady state, fault, steady state, everything put back, steady state. Each change is written down
 * before it is made. However it ends (an abort condition, a signal, an error), what was changed is put back before this
 * returns; what a killed process leaves is put back by `restoreRun`.
 */
export async function runExperiment(
  experiment: Experiment,
  changes: readonly Change[],
  deps: RunDeps,
): Promise<RunResult> {
  const { journal, clock, say } = deps;
  const startedAt = clock.now();
  // A database that is away must not keep the fault in the cluster.
  const note = async (work: Promise<void>) => {
    await work.catch((error: unknown) => say(`not written down: ${messageOf(error, 160)}`));
  };
  const finish = async (result: RunResult): Promise<RunResult> => {
    await note(journal.phase("done", result.endedAt));
    await note(journal.finish(result));
    return result;
  };

  // What would abort the run at once must not be so from the start.
  const before = await askAll([...experiment.steadyState, ...experiment.abort], deps);
  const stoppedBy = await stopAskedBy(deps);
  if (before.some(({ holds }) => !holds) || stoppedBy !== undefined) {
    const reason =
      stoppedBy === undefined
        ? `the steady state is not there: ${failureText(before)}`
        : `stopped by ${stoppedBy} before anything was changed`;
    const verdict: Verdict = stoppedBy === undefined ? "not-tested" : "aborted";
    const endedAt = clock.now();
    const probes = { before, during: [], after: [] };
    return finish({ verdict, reason, startedAt, endedAt, probes, changes: [], clean: true });
  }
  say(`steady state  ${before.length} ${before.length === 1 ? "probe holds" : "probes hold"}`);

  const writer: WriterDeps = {
    cluster: deps.cluster,
    clock,
    ...(deps.patienceMs === undefined ? {} : { patienceMs: deps.patienceMs }),
  };
  const made: JournalEntry[] = [];
  const tally = createProbeTally(experiment.steadyState);
  let stopReason: string | undefined;
  await journal.phase("injecting", clock.now());
  const faultAt = clock.now();
  try {
    stopReason = (await inject(changes, made, writer, deps)) ?? (await watchFault(experiment, changes, tally, deps));
  } catch (error) {
    stopReason = `an error: ${messageOf(error, 200)}`;
  }

  say(stopReason === undefined ? "time is up    putting everything back" : `stopping      ${stopReason}`);
  await note(journal.phase("restoring", clock.now()));
  const restored = await restoreRun(writer, made, {
    mark: (seq, state, detail) => note(journal.mark(seq, state, detail)),
    tell: (outcome) => say(`${restoredWords[outcome.restored]} ${outcome.target}: ${outcome.detail}`),
    force: false,
  });
  const restoredAt = clock.now();
  await note(journal.phase("settling", restoredAt));
  const after = await settle(experiment, restoredAt + experiment.settle, deps);
  const recovered = after.every(({ holds }) => holds);
  const endedAt = clock.now();

  const outcomes = changes.map((change, seq) => restored[seq] ?? outcomeOf(change, "not-made", ""));
  const score = await scoreOf(experiment, changes, { faultAt, until: endedAt }, deps);
  return finish({
    ...verdictOf(stopReason, tally.broken(), after),
    startedAt,
    faultAt,
    restoredAt,
    endedAt,
    ...(recovered ? { recoveredAfterMs: endedAt - restoredAt } : {}),
    probes: { before, during: tally.rows(), after },
    changes: outcomes,
    clean: outcomes.every(({ restored: state }) => state !== "failed" && state !== "left"),
    ...(score ? { score } : {}),
  });
}

const restoredWords = {
  restored: "put back     ",
  left: "left         ",
  failed: "NOT PUT BACK ",
  "not-made": "not made     ",
} as const;

/** Asks until the steady state is there again, its time is up, or the run is told to stop. */
async function settle(experiment: Experiment, until: number, deps: RunDeps): Promise<readonly ProbeAnswer[]> {
  const { clock, signal } = deps;
  let answers = await askAll(experiment.steadyState, deps);
  while (answers.some(({ holds }) => !holds) && clock.now() < until && !signal.aborted) {
    // Aborted means: the loop ends.
    await rest(clock, Math.min(experiment.every, Math.max(1, until - clock.now())), signal);
    answers = await askAll(experiment.steadyState, deps);
  }
  return answers;
}

/** `broken`: what of the hypothesis did not hold while the fault was there; `after`: the steady state at the end. */
function verdictOf(
  stopReason: string | undefined,
  broken: readonly string[],
  after: readonly ProbeAnswer[],
): { readonly verdict: Verdict; readonly reason: string } {
  if (stopReason !== undefined) return { verdict: "aborted", reason: stopReason };
  if (broken.length > 0) return { verdict: "broken", reason: broken.join("; ") };
  const missing = failureText(after);
  return missing === ""
    ? { verdict: "held", reason: "the steady state held where it had to, and was there again afterwards" }
    : { verdict: "broken", reason: `the steady state did not come back: ${missing}` };
}

/** How well kubemend saw it; undefined when its database cannot be asked. */
async function scoreOf(
  experiment: Experiment,
  changes: readonly Change[],
  { faultAt, until }: { readonly faultAt: number; readonly until: number },
  deps: RunDeps,
): Promise<Score | undefined> {
  const facts = await judgedFacts(deps.incidentsSince, faultAt, deps).catch((error: unknown) => {
    deps.say(`no score: ${messageOf(error, 160)}`);
    return undefined;
  });
  const { namespaces } = experiment.blastRadius;
  const made = changes.flatMap(({ type, target: { kind, namespace, name } }) =>
    type === "create" ? [makeRef(kind, namespace, name)] : [],
  );
  return facts && scoreRun(experiment.expected, facts, { faultAt, until, namespaces, made });
}
