/** Whether what detection finds can be written down. A database whose disk is full answers every question all the same. */
export interface Keeping {
  /** After each tick: why nothing could be written down; undefined when something was, or nothing had to be. */
  note(problem: string | undefined): void;
  /** Why nothing can be written down, once that has lasted. */
  readonly trouble: string | undefined;
}

/** A database that is restarted, or changes its leader, is no news (ms). */
const patienceMs = 60_000;

/** @param now milliseconds that only rise */
export function createKeeping(now: () => number = () => performance.now()): Keeping {
  let failing: { readonly since: number; readonly problem: string } | undefined;
  return {
    note(problem) {
      failing = problem === undefined ? undefined : { since: failing?.since ?? now(), problem };
    },
    get trouble() {
      return failing && now() - failing.since >= patienceMs ? failing.problem : undefined;
    },
  };
}
