import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import { makeRef, type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import type { Recording } from "../recording/load-recording.ts";
import { type IntentLeaves, intentLeaves, type LeafChange, leafChanges } from "./intent-leaves.ts";
import type { RecordedFault } from "./load-truth.ts";

/** How a recorded fault was mended, read from the recording itself. Times are Unix ms of the recording. */
export interface RecordedFix {
  readonly id: string;
  readonly action: string;
  readonly culprit: ObjectRef;
  readonly target: ObjectRef;
  /** When the fault shows in the culprit; before that nothing can be mended. */
  readonly brokenAt: number;
  /** The recording must not go past this without a fix. */
  readonly holdAt: number;
  readonly fixChanges: readonly LeafChange[];
  /** What would take the fault back: from the faulty state of the culprit to the one before. */
  readonly undoChanges: readonly LeafChange[];
  /** The fix deleted its target. */
  readonly targetGoneAfter: boolean;
  /** The fix was a restart, or a deleted pod: no wish changed. */
  readonly byReplacingPods: boolean;
  readonly faultyTarget: IntentLeaves;
}

/** The watch can be some 100 ms ahead of the clock that noted the time. */
const clockSlackMs = 1_000;
const none: IntentLeaves = new Map();
const restartedAt = ".spec.template.metadata.annotations.kubectl.kubernetes.io/restartedAt";

/**
 * Works from versions of the objects alone: a fix that the watch shows no change for counts as made at its noted time.
 */
export function recordedFix(recording: Recording, fault: RecordedFault): RecordedFix {
  const culprit = makeRef(fault.culprit.kind, fault.culprit.namespace, fault.culprit.name);
  const target = makeRef(fault.fix.target.kind, fault.fix.target.namespace, fault.fix.target.name);
  const versions = versionsOf(recording, target);
  const fixFrom = fault.fixedAt - clockSlackMs;
  const fixTo = Math.max(fault.recoveredAt, fault.fixedAt) + clockSlackMs;
  const faultyTarget = stateAt(versions, fixFrom);
  const faultyLeaves = leavesOf(faultyTarget);
  const changedAt = versions.find(
    (v) => v.at > fixFrom && v.at <= fixTo && differs(faultyLeaves, leavesOf(v.object)),
  )?.at;
  const fixed = changedAt === undefined ? faultyTarget : stateAt(versions, fixTo);
  const changes = (from: IntentLeaves, to: IntentLeaves): LeafChange[] =>
    leafChanges(from, to).map((change) => withEnough(recording, fault, target, change));
  const fixChanges = changes(faultyLeaves, leavesOf(fixed));

  const culpritVersions = sameRef(culprit, target) ? versions : versionsOf(recording, culprit);
  const before = leavesOf(stateAt(culpritVersions, fault.injectedAt - clockSlackMs));
  const faulty = leavesOf(stateAt(culpritVersions, fixFrom));
  // Later changes belong to the fix; a fault that changed nothing in its culprit shows when it was made.
  const isFault = (v: Version): boolean =>
    v.at > fault.injectedAt - clockSlackMs && v.at < fixFrom && differs(before, leavesOf(v.object));
  const brokenAt = culpritVersions.find(isFault)?.at ?? fault.injectedAt;

  return {
    id: fault.id,
    action: fault.fix.action,
    culprit,
    target,
    brokenAt,
    holdAt: changedAt === undefined ? fault.fixedAt : changedAt - 1,
    fixChanges,
    undoChanges: changes(faulty, before),
    targetGoneAfter: faultyTarget !== undefined && fixed === undefined,
    byReplacingPods: fixChanges.every((change) => change.path === restartedAt),
    faultyTarget: faultyLeaves,
  };
}

const memoryLimit = /\.containers\[([^\]]+)\]\.resources\.limits\.memory$/;
/** Samples come every 5 to 10 s: a peak in between may be somewhat higher. */
const headroom = 1.2;

/**
 * The recorded fix may have given more memory than it takes. What the container used while it was well, and some
 * headroom, is enough in fact.
 */
function withEnough(recording: Recording, fault: RecordedFault, target: ObjectRef, change: LeafChange): LeafChange {
  const container = memoryLimit.exec(change.path)?.[1];
  if (container === undefined) return change;
  let peak = 0;
  for (const { name, labels, times, values } of recording.series) {
    if (name !== "container_memory_working_set_bytes" || labels["container"] !== container) continue;
    if (labels["namespace"] !== target.namespace || !labels["pod"]?.startsWith(`${target.name}-`)) continue;
    times.forEach((at, i) => {
      if (at < fault.injectedAt || at > fault.recoveredAt) peak = Math.max(peak, values[i] ?? 0);
    });
  }
  return peak === 0 ? change : { ...change, enough: peak * headroom };
}

interface Version {
  readonly at: number;
  /** Undefined when it was deleted. */
  readonly object: KubeObject | undefined;
}

function versionsOf(recording: Recording, ref: ObjectRef): Version[] {
  const isIt = ({ kind, metadata }: KubeObject) =>
    kind === ref.kind && metadata.name === ref.name && (metadata.namespace ?? "") === (ref.namespace ?? "");
  const initial = recording.objects.filter(isIt).map((object): Version => ({ at: recording.start, object }));
  const changes = recording.changes.filter((row) => isIt(row.object));
  return [
    ...initial,
    ...changes.map((row): Version => ({ at: row.at, object: row.change === "DELETED" ? undefined : row.object })),
  ];
}

function stateAt(versions: readonly Version[], at: number): KubeObject | undefined {
  return versions.findLast((version) => version.at <= at)?.object;
}

function leavesOf(object: KubeObject | undefined): IntentLeaves {
  return object === undefined ? none : intentLeaves(object);
}

function differs(a: IntentLeaves, b: IntentLeaves): boolean {
  return leafChanges(a, b).length > 0;
}
