import type { Pod } from "../../cluster/kubernetes-types.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";
import { type DetectContext, timeOf } from "../detector.ts";
import type { WorkloadTally } from "./log-tally.ts";

/** Since when a workload is known well enough that what it never wrote before counts as rare. */
export interface Learning {
  /** Learned from this time on (ms); before it nothing is rare. */
  knownFrom(tally: WorkloadTally, context: DetectContext): number;
}

const maxWorkloads = 20_000;
const maxRevisions = 20;

/** The labels by which the controllers of Deployments, and of StatefulSets and DaemonSets, tell revisions apart. */
const revisionOf = (pod: Pod): string | undefined =>
  pod.metadata.labels?.["pod-template-hash"] ??
  pod.metadata.labels?.["controller-revision-hash"] ??
  pod.metadata.ownerReferences?.find(({ kind }) => kind === "ReplicaSet")?.name;

/**
 * A workload is known after `learnMs` of its lines. A new revision is a new program: it is learned from the start, while a
 * revision that comes back is known already.
 */
export function createLearning(): Learning {
  const memories = new Map<string, { readonly revisions: Set<string>; changedAt: number }>();

  return {
    knownFrom(tally, context) {
      const key = refKey(tally.workload);
      let memory = memories.get(key);
      if (!memory) {
        if (memories.size >= maxWorkloads) memories.clear();
        memory = { revisions: new Set(), changedAt: tally.firstLineAt };
        memories.set(key, memory);
      }
      for (const pod of context.podsOf(tally.workload)) {
        const revision = revisionOf(pod);
        if (revision === undefined || memory.revisions.has(revision)) continue;
        if (memory.revisions.size > 0) memory.changedAt = context.now;
        if (memory.revisions.size >= maxRevisions) memory.revisions.clear();
        memory.revisions.add(revision);
      }
      return Math.max(memory.changedAt, context.watchingSince) + context.learnMs;
    },
  };
}

/** A program that has come up and is not being stopped: what it says now is neither greeting nor farewell. */
export function isSettled(pod: Pod, container: string | undefined, since: number): boolean {
  if (pod.metadata.deletionTimestamp || pod.status?.phase !== "Running") return false;
  const statuses = (pod.status.containerStatuses ?? []).filter(({ name }) => !container || name === container);
  return (
    statuses.length > 0 &&
    statuses.every(({ state }) => state?.running && timeOf(state.running.startedAt, Number.POSITIVE_INFINITY) <= since)
  );
}

/** What runs to an end has no usual course that rarity could be measured against. */
export const runsToItsEnd = ({ kind }: ObjectRef): boolean => kind === "Job" || kind === "CronJob";
