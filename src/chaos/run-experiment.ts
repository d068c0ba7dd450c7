import { makeRef } from "../incident/object-ref.ts";
import { messageOf } from "../lib/app-error.ts";
import { type Clock, rest } from "../lib/clock.ts";
import { applyChange, digestBefore } from "./apply-change.ts";
import { type Change, targetText } from "./change.ts";
import type { ChaosCluster } from "./cluster-port.ts";
import type { Experiment } from "./experiment.ts";
import type { ChangeState, RunJournal } from "./journal-port.ts";
import { judgedFacts } from "./judged-facts.ts";
import { operatorFailure } from "./operator-status.ts";
import type { Probe, ProbeAnswer } from "./probe.ts";
import { createProbeTally } from "./probe-tally.ts";
import { restoreChange } from "./restore-change.ts";
import type { ChangeOutcome, RunResult, Verdict } from "./result.ts";
import type { IncidentFacts } from "./score.ts";
import { scoreRun } from "./score.ts";
import type { WriterDeps } from "./write-values.ts";

export interface RunDeps {
  readonly cluster: ChaosCluster;
  readonly journal: RunJournal;
  readonly ask: (probe: Probe) => Promise<ProbeAnswer>;
  /** What kubemend's database holds of incidents since a moment (ms). */
  readonly incidentsSince: (since: number) => Promise<readonly IncidentFacts[]>;
  readonly clock: Clock;
  /** Aborted: stop, and put everything back. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly patienceMs?: number;
  /** For tests: called after each change, as if the process could end there. */
  readonly afterChange?: (seq: number) => Promise<void>;
}

interface Made {
  readonly seq: number;
  readonly change: Change;
  readonly digest: string | undefined;
  certain: boolean;
}

/** A guard has to fail this often in a row: one lost request must not end an experiment. */
const failuresToAbort = 2;
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
  const { journal, clock, signal, say } = deps;
  const writer: WriterDeps = {
    cluster: deps.cluster,
    clock,
    ...(deps.patienceMs === undefined ? {} : { patienceMs: deps.patienceMs }),
  };
  const startedAt = clock.now();
  const askAll = async (probes: readonly Probe[]) => {
    const answers: ProbeAnswer[] = [];
    for (const probe of probes) answers.push(await deps.ask(probe));
    return answers;
  };
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
  const before = await askAll([...experiment.steadyState, ...experiment.abort]);
  const stoppedBy = signal.aborted ? "a signal" : await journal.stopAskedBy();
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

  const made: Made[] = [];
  const outcomes = new Map<number, ChangeOutcome>();
  const tally = createProbeTally(experiment.steadyState);
  let stopReason: string | undefined;
  await journal.phase("injecting", clock.now());
  const faultAt = clock.now();
  try {
    for (const [seq, change] of changes.entries()) {
      const by = signal.aborted ? "a signal" : await journal.stopAskedBy();
      if (by !== undefined) {
        stopReason = `stopped by ${by}`;
        break;
      }
      const digest = await digestBefore(writer, change);
      await journal.intend(seq, change, digest);
      const entry: Made = { seq, change, digest, certain: false };
      made.push(entry);
      const applied = await applyChange(writer, change, signal);
      if (!applied.ok) {
        stopReason = signal.aborted
          ? "stopped by a signal"
          : `${targetText(change.target)} (${change.what}) was not changed: ${applied.detail}`;
        break;
      }
      entry.certain = true;
      await journal.mark(seq, "applied", "");
      say(`changed       ${targetText(change.target)}: ${change.what}`);
      await deps.afterChange?.(seq);
    }
    const failures = new Map<string, number>();
    const until = clock.now() + experiment.duration;
    while (stopReason === undefined && clock.now() < until) {
      // Aborted means: look at the signal below.
      await rest(clock, Math.min(experiment.every, until - clock.now()), signal);
      const by = signal.aborted ? undefined : await journal.stopAskedBy();
      if (signal.aborted) stopReason = "stopped by a signal";
      else if (by !== undefined) stopReason = `stopped by ${by}`;
      else {
        for (const answer of await askAll(experiment.steadyState)) tally.add(answer);
        for (const answer of await askAll(experiment.abort)) {
          const count = answer.holds ? 0 : (failures.get(answer.probe) ?? 0) + 1;
          failures.set(answer.probe, count);
          if (count >= failuresToAbort) stopReason = `abort condition: ${answer.probe} (${answer.detail})`;
        }
        const failure = await operatorFailure(deps.cluster, changes);
        // An operator that has not selected its pods yet says the same as one that found none.
        const seen = failure === undefined ? 0 : (failures.get("operator") ?? 0) + 1;
        failures.set("operator", seen);
        if (seen >= failuresToAbort) stopReason ??= failure;
      }
    }
  } catch (error) {
    stopReason = `an error: ${messageOf(error, 200)}`;
  }

  say(stopReason === undefined ? "time is up    putting everything back" : `stopping      ${stopReason}`);
  await note(journal.phase("restoring", clock.now()));
  for (const { seq, change, digest, certain } of made.toReversed()) {
    const { state, detail } = await restoreChange(writer, change, { certain, digestBefore: digest });
    await note(journal.mark(seq, state satisfies ChangeState, detail));
    outcomes.set(seq, { target: targetText(change.target), what: change.what, restored: state, detail });
    say(
      `${state === "restored" ? "put back     " : state === "left" ? "left         " : "NOT PUT BACK "} ${targetText(change.target)}: ${detail}`,
    );
  }
  const restoredAt = clock.now();
  await note(journal.phase("settling", restoredAt));
  const settleUntil = restoredAt + experiment.settle;
  let after = await askAll(experiment.steadyState);
  while (after.some(({ holds }) => !holds) && clock.now() < settleUntil && !signal.aborted) {
    await clock
      .sleep(Math.min(experiment.every, Math.max(1, settleUntil - clock.now())), signal)
      .catch(() => undefined);
    after = await askAll(experiment.steadyState);
  }
  const recovered = after.every(({ holds }) => holds);
  const endedAt = clock.now();

  const all = changes.map(
    (change, seq): ChangeOutcome =>
      outcomes.get(seq) ?? { target: targetText(change.target), what: change.what, restored: "not-made", detail: "" },
  );
  const during = tally.rows();
  const broken = tally.broken();
  const verdict: Verdict = stopReason !== undefined ? "aborted" : broken.length > 0 || !recovered ? "broken" : "held";
  const reason =
    stopReason ??
    (broken.length > 0
      ? broken.join("; ")
      : recovered
        ? "the steady state held where it had to, and was there again afterwards"
        : `the steady state did not come back: ${failureText(after)}`);
  const facts = await judgedFacts(deps.incidentsSince, faultAt, deps).catch((error: unknown) => {
    say(`no score: ${messageOf(error, 160)}`);
    return undefined;
  });
  const { namespaces } = experiment.blastRadius;
  const ours = changes.flatMap(({ type, target: { kind, namespace, name } }) =>
    type === "create" ? [makeRef(kind, namespace, name)] : [],
  );
  const score = facts && scoreRun(experiment.expected, facts, { faultAt, until: endedAt, namespaces, made: ours });
  return finish({
    verdict,
    reason,
    startedAt,
    faultAt,
    restoredAt,
    endedAt,
    ...(recovered ? { recoveredAfterMs: endedAt - restoredAt } : {}),
    probes: { before, during, after },
    changes: all,
    clean: all.every(({ restored }) => restored !== "failed" && restored !== "left"),
    ...(score ? { score } : {}),
  });
}
