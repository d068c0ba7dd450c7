import { isKind, type KubeObject, type Pod } from "../../cluster/kubernetes-types.ts";
import type { Recording } from "../recording/load-recording.ts";
import type { Row, Timeline } from "./timeline.ts";

/** A stretch of the recording that can be played again and again: nothing comes or goes in it, symptoms go on. */
export interface RepeatedStretch {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly Row[];
  /** How often each container was restarted in it. */
  readonly restarts: readonly { readonly podUid: string; readonly container: string; readonly count: number }[];
}

/** These have a status that tells of symptoms; a CronJob would tell of Jobs that are not there. */
const repeatedKinds = new Set([
  "Pod",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "EndpointSlice",
  "HorizontalPodAutoscaler",
  "Node",
]);

/**
 * What of from..to can be repeated: log lines, status changes of objects that were there all the time, events about such
 * pods, and warnings about other such objects. Objects that came or went in it stay as they were at its end.
 */
export function repeatedStretch(recording: Recording, timeline: Timeline, from: number, to: number): RepeatedStretch {
  const atStart = livingAt(recording, from);
  const atEnd = livingAt(recording, to);
  const lasting = new Set([...atStart.keys()].filter((uid) => atEnd.has(uid)));
  const rows = timeline.between(from, to).filter((row) => {
    if (row.kind === "log") return true;
    if (row.change === "DELETED") return false;
    if (row.kind === "object") return repeatedKinds.has(row.object.kind) && lasting.has(row.object.metadata.uid);
    const { involvedObject, type } = row.event;
    return lasting.has(involvedObject.uid ?? "") && (involvedObject.kind === "Pod" || type === "Warning");
  });
  const restarts = [...lasting].flatMap((podUid) => {
    const [before, after] = [atStart.get(podUid), atEnd.get(podUid)];
    if (!isKind(before, "Pod") || !isKind(after, "Pod")) return [];
    const earlier = restartCounts(before);
    return [...restartCounts(after)].flatMap(([container, count]) => {
      const more = count - (earlier.get(container) ?? 0);
      return more > 0 ? [{ podUid, container, count: more }] : [];
    });
  });
  return { from, to, rows, restarts };
}

/** Objects by uid as they were at a time. */
function livingAt(recording: Recording, at: number): Map<string, KubeObject> {
  const living = new Map(recording.objects.map((object) => [object.metadata.uid, object]));
  for (const row of recording.changes) {
    if (row.at >= at) break;
    if (row.change === "DELETED") living.delete(row.object.metadata.uid);
    else living.set(row.object.metadata.uid, row.object);
  }
  return living;
}

function restartCounts(pod: Pod): Map<string, number> {
  const all = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  return new Map(all.map((status) => [status.name, status.restartCount]));
}
