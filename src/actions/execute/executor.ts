import { carryOut, type ExecuteOutcome } from "./execute.ts";
import type { ExecuteDeps } from "./execute-deps.ts";

/**
 * Plans that one process carries out beside each other. Each mostly waits, at worst minutes for a disruption budget, and now and
 * then needs one of the process's ten connections to the database, which must not all be theirs.
 */
const mostAtOnce = 4;

/** How one plan ended, or what broke while it was carried out: its claim comes back when the lease has run out. */
export type ExecuteEnd = ExecuteOutcome | { readonly type: "broken"; readonly planId: string; readonly error: unknown };

/** Carries out approved plans as they come. Which may go on beside each other, the store decides when it is asked for the next. */
export interface Executor {
  /** Takes up what can be claimed now, as long as there is room, and does not wait for it. @throws what the store throws */
  takeUp(): Promise<void>;
  /** Resolves when the next of those under way has ended; undefined when there is none. */
  nextEnd(): Promise<void> | undefined;
}

/** @param onEnd told of each plan as it ends; must not throw */
export function createExecutor(deps: ExecuteDeps, onEnd: (end: ExecuteEnd) => void): Executor {
  const underWay = new Set<Promise<void>>();
  return {
    async takeUp() {
      // A process that is to end finishes what it has claimed; the rest is another's.
      while (underWay.size < mostAtOnce && !deps.signal?.aborted) {
        const claim = await deps.plans.claim();
        if (!claim) return;
        const run = carryOut(claim, deps)
          .catch((error: unknown): ExecuteEnd => ({ type: "broken", planId: claim.plan.id, error }))
          .then((end) => {
            underWay.delete(run);
            onEnd(end);
          });
        underWay.add(run);
      }
    },
    nextEnd: () => (underWay.size > 0 ? Promise.race(underWay) : undefined),
  };
}
