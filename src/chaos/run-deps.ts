import type { Clock } from "../lib/clock.ts";
import type { ChaosCluster } from "./cluster-port.ts";
import type { RunJournal } from "./journal-port.ts";
import type { Probe, ProbeAnswer } from "./probe.ts";
import type { IncidentFacts } from "./score.ts";

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

/** Asks one probe after the other. */
export async function askAll(probes: readonly Probe[], { ask }: Pick<RunDeps, "ask">): Promise<readonly ProbeAnswer[]> {
  const answers: ProbeAnswer[] = [];
  for (const probe of probes) answers.push(await ask(probe));
  return answers;
}

/** Who wants the run to end now: a signal to this process, or a person, by name; undefined while nobody does. */
export async function stopAskedBy({
  signal,
  journal,
}: Pick<RunDeps, "signal" | "journal">): Promise<string | undefined> {
  const by = signal.aborted ? undefined : await journal.stopAskedBy();
  return signal.aborted ? "a signal" : by;
}
