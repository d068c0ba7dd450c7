import { isoTime } from "../lib/clock.ts";
import type { Experiment } from "./experiment.ts";
import { timeSpanText } from "./time-span.ts";
import { hypothesisOf, readResult, scoreText, shortResult } from "./words.ts";

/** A run as stored. */
export interface StoredRun {
  readonly id: string;
  readonly name: string;
  readonly cluster: string;
  readonly experiment: unknown;
  readonly phase: string;
  readonly requestedBy: string;
  readonly requestedAt: number;
  readonly result: unknown;
  readonly note: string | null;
}

/** All that a run came to, a line each: what was asked of the steady state, what was changed, how kubemend did. */
export function reportLines(run: StoredRun): readonly string[] {
  const hypothesis = hypothesisOf(run.experiment);
  const head = [
    `run ${run.id} of ${run.name} in ${run.cluster}, asked for by ${run.requestedBy} at ${isoTime(run.requestedAt)}`,
    ...(hypothesis ? [`hypothesis: ${hypothesis}`] : []),
    shortResult(run.phase, run.result, run.note),
  ];
  const result = readResult(run.result);
  if (!result) return head;
  const { before, during, after } = result.probes;
  const holding = (holds: boolean) => (holds ? "holds " : "FAILS ");
  return [
    ...head,
    ...before.map(({ probe, holds, detail }) => `  before  ${holding(holds)} ${probe} (${detail})`),
    ...during.map(({ probe, asked, failed, detail }) =>
      failed === 0 ? `  during  holds  ${probe}` : `  during  failed ${probe} ${failed} of ${asked} times (${detail})`,
    ),
    ...after.map(({ probe, holds, detail }) => `  after   ${holding(holds)} ${probe} (${detail})`),
    ...result.changes.map(
      ({ target, what, restored, detail }) =>
        `  ${restored.padEnd(8)} ${target}: ${what}${detail ? ` (${detail})` : ""}`,
    ),
    ...(result.score ? [`  kubemend ${scoreText(result.score)}`] : []),
  ];
}

/** What an experiment is about, from its file alone: which objects it would change only the cluster can say. */
export function experimentLines({ name, hypothesis, blastRadius, ...rest }: Experiment): readonly string[] {
  const { namespaces, percentage, maxObjects, maxNodes } = blastRadius;
  const methods = rest.method.map((step) => {
    const { method, ...settings } = step;
    return `  does     ${method} ${JSON.stringify(settings)}`;
  });
  const { expected } = rest;
  return [
    `${name}: ${hypothesis}`,
    `  where    ${namespaces.join(", ")}; at most ${maxObjects} objects, ${maxNodes} nodes, ${percentage} % of pods`,
    ...methods,
    `  for      ${timeSpanText(rest.duration)}, then back within ${timeSpanText(rest.settle)}`,
    ...rest.steadyState.map((probe) => `  steady   ${probe.name} (${probe.during} while the fault is there)`),
    ...rest.abort.map((probe) => `  aborts   when "${probe.name}" fails twice in a row`),
    expected === "none"
      ? "  expected no incident"
      : `  expected ${expected.cause} at ${expected.culprit.kind} ${expected.culprit.name}, noticed within ${timeSpanText(expected.within)}`,
  ];
}
