import { type Change, targetText } from "./change.ts";
import type { ChangeState, JournalEntry } from "./journal-port.ts";
import { restoreChange } from "./restore-change.ts";
import type { ChangeOutcome } from "./result.ts";
import type { WriterDeps } from "./write-values.ts";

/** The row of a report for one change: what was changed, what has become of it (`restored`), and why, in words. */
export function outcomeOf(change: Change, restored: ChangeOutcome["restored"], detail: string): ChangeOutcome {
  return { target: targetText(change.target), what: change.what, restored, detail };
}

/**
 * Takes back what a run left in the cluster, the last change first. What is back already stays as it is.
 * @returns what became of each change, in the order in which they were made
 * @throws what `mark` throws, when everything has been tried
 */
export async function restoreRun(
  deps: WriterDeps,
  entries: readonly JournalEntry[],
  options: {
    readonly mark: (seq: number, state: ChangeState, detail: string) => Promise<void>;
    /** Told what became of each change, as it happens. */
    readonly tell: (outcome: ChangeOutcome) => void;
    /** Also puts back what somebody else has changed meanwhile. */
    readonly force: boolean;
  },
): Promise<readonly ChangeOutcome[]> {
  const outcomes = new Map<number, ChangeOutcome>();
  // A database that is away must not keep the other faults in the cluster; what is not marked is looked at again.
  const unmarked: unknown[] = [];
  const open = entries.filter(({ state }) => state !== "restored").toSorted((a, b) => b.seq - a.seq);
  for (const { seq, change, state: was, digestBefore } of open) {
    const { state, detail } = await restoreChange(deps, change, {
      certain: was !== "intended",
      digestBefore,
      force: options.force,
    });
    await options.mark(seq, state, detail).catch((error: unknown) => unmarked.push(error));
    const outcome = outcomeOf(change, state, detail);
    outcomes.set(seq, outcome);
    options.tell(outcome);
  }
  if (unmarked.length > 0) throw unmarked[0];
  return entries.map(({ seq, change }) => outcomes.get(seq) ?? outcomeOf(change, "restored", "before"));
}
