import { applyChange, digestBefore } from "./apply-change.ts";
import { type Change, targetText } from "./change.ts";
import type { JournalEntry } from "./journal-port.ts";
import type { RunDeps } from "./run-deps.ts";
import { stopAskedBy } from "./run-deps.ts";
import type { WriterDeps } from "./write-values.ts";

/**
 * Makes the changes one after another, each written down before it is made. Adds to `made` what was made or may have been, so that
 * it is known whatever is thrown. @returns why it did not make all of them
 */
export async function inject(
  changes: readonly Change[],
  made: JournalEntry[],
  writer: WriterDeps,
  deps: RunDeps,
): Promise<string | undefined> {
  const { journal, signal, say } = deps;
  for (const [seq, change] of changes.entries()) {
    const by = await stopAskedBy(deps);
    if (by !== undefined) return `stopped by ${by}`;
    const digest = await digestBefore(writer, change);
    await journal.intend(seq, change, digest);
    const entry: JournalEntry = {
      seq,
      change,
      state: "intended",
      ...(digest === undefined ? {} : { digestBefore: digest }),
    };
    made.push(entry);
    const applied = await applyChange(writer, change, signal);
    if (!applied.ok) {
      return signal.aborted
        ? "stopped by a signal"
        : `${targetText(change.target)} (${change.what}) was not changed: ${applied.detail}`;
    }
    made[seq] = { ...entry, state: "applied" };
    await journal.mark(seq, "applied", "");
    say(`changed       ${targetText(change.target)}: ${change.what}`);
    await deps.afterChange?.(seq);
  }
  return undefined;
}
