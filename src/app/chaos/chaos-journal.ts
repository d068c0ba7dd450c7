import { changeSchema } from "../../chaos/change.ts";
import type { JournalEntry, RunJournal } from "../../chaos/journal-port.ts";
import { changesOfRun, intendChange, markChange } from "../../store/chaos/changes.ts";
import { chaosStopAskedBy, finishChaosRun, setChaosPhase } from "../../store/chaos/runs.ts";
import type { Database } from "../../store/database.ts";

const states = ["intended", "applied", "restored", "left", "failed"] as const;

/** A run's notes as rows. */
export function createRunJournal(database: Database, runId: string): RunJournal {
  return {
    intend: (seq, change, digestBefore) => intendChange(database, { runId, seq, change, digestBefore }),
    mark: (seq, state, detail) => markChange(database, { runId, seq, state, detail }),
    phase: (phase, at) => setChaosPhase(database, runId, phase, at),
    finish: (result) => finishChaosRun(database, runId, result),
    stopAskedBy: () => chaosStopAskedBy(database, runId),
  };
}

/** What a run has changed, in its order. @throws ZodError when a row is not what this version writes */
export async function entriesOf(database: Database, runId: string): Promise<JournalEntry[]> {
  return (await changesOfRun(database, runId)).map(({ seq, change, state, digestBefore }) => ({
    seq,
    change: changeSchema.parse(change),
    // A state of another version: what is not known to be restored is looked at.
    state: states.find((known) => known === state) ?? "applied",
    ...(digestBefore === null ? {} : { digestBefore }),
  }));
}
