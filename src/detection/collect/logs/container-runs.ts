import type { ContainerState, ContainerStatus } from "../../../cluster/kubernetes-types.ts";

/** One run of a container that has ended. Times are Unix ms. */
export interface EndedRun {
  readonly key: string;
  readonly finishedAt: number;
  /** How to ask for its log. */
  readonly previous: boolean;
}

/** The ended runs that a status knows of, the older one first. */
export function endedRuns(status: ContainerStatus): EndedRun[] {
  return [ended(status.lastState, true), ended(status.state, false)].flatMap((run) => run ?? []);
}

/** By its state now: false while it waits to be started again, and for a status that says nothing. */
export function isRunning(status: ContainerStatus): boolean {
  return status.state?.running !== undefined;
}

function ended(state: ContainerState | undefined, previous: boolean): EndedRun | undefined {
  const run = state?.terminated;
  // A container that never started (a pull that failed) or is lost (both times are null) has no log.
  if (!run?.startedAt || !run.finishedAt) return undefined;
  return { key: `${run.startedAt}/${run.finishedAt}`, finishedAt: Date.parse(run.finishedAt), previous };
}
