import type { SeenEvent } from "../../cluster/event-store.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Case } from "../case/case.ts";
import type { ContainerFact } from "../gather/object-state.ts";
import { freshLogs } from "./patterns.ts";

/** SIGTERM heeded, SIGTERM not handled, SIGKILL after the grace period. */
const endedFromOutside: ReadonlySet<number> = new Set([0, 143, 137]);

/** Its last life was ended by somebody, and not by the kernel for its memory. */
export const wasEndedFromOutside = ({ lastExit }: ContainerFact): boolean =>
  lastExit !== undefined && lastExit.reason !== "OOMKilled" && endedFromOutside.has(lastExit.exitCode);

/** A pod has its conditions a moment after it is made. */
const startedMs = 20_000;

/**
 * Each of its lives is ended by the kubelet before it has listened once, and it complains of nothing: it is on its way, and
 * takes longer than it is given. What hangs in its start for want of another one says so.
 */
export function isKilledStarting(open: Case, workload: ObjectRef, last: SeenEvent, container: string): boolean {
  if (!/connection refused|timeout|deadline exceeded/i.test(last.message)) return false;
  const killed = open
    .podsOf(workload)
    .filter((pod) => pod.deletedAt === undefined && pod.terminatingSince === undefined)
    .flatMap((pod) =>
      pod.containers
        .filter(({ name, restarts }) => name === container && restarts > 0)
        .map((fact) => ({ fact, served: pod.ready || fact.ready })),
    );
  const complaints = freshLogs(open, workload).filter(({ level }) => level !== "other");
  return (
    killed.length > 0 &&
    complaints.length === 0 &&
    killed.every(({ fact, served }) => !served && wasEndedFromOutside(fact)) &&
    wasUnreadyFromTheStart(open, workload, container)
  );
}

/** No life of its pods has been in service: they are as unready as they were made. */
function wasUnreadyFromTheStart(open: Case, workload: ObjectRef, container: string): boolean {
  return open
    .podsOf(workload)
    .filter((pod) => pod.containers.some(({ name, restarts }) => name === container && restarts > 0))
    .every((pod) => {
      const ready = pod.pod.status?.conditions?.find(({ type }) => type === "Ready");
      const since = Date.parse(ready?.lastTransitionTime ?? "");
      return ready?.status === "False" && since - pod.createdAt < startedMs;
    });
}
