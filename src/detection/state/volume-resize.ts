import { mounts, type PersistentVolumeClaim, waitsForMount, wantedGrowth } from "../../cluster/kinds/storage.ts";
import type { Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import { uniqueRefs } from "../../incident/object-ref.ts";
import { type DetectContext, defineDetector, type Finding, timeOf } from "../detector.ts";
import { isReady, short } from "./container-states.ts";

const failed: ReadonlySet<string> = new Set(["ControllerResizeError", "NodeResizeError"]);
/** Told by the resizer of the driver about the claim, by the kubelet about the pod as well. */
const toldBy: ReadonlySet<string> = new Set(["VolumeResizeFailed", "FileSystemResizeFailed"]);
/** The next attempt cures what two that write at once get in each other's way. */
const patienceMs = 60_000;
/** A driver pauses for minutes between its attempts. */
const recentMs = 15 * 60_000;
/** The kubelet grows what is mounted within a minute where the driver can. */
const mountedMs = 3 * 60_000;

interface Trouble {
  readonly since: number;
  readonly says: string;
}

/** That it failed, by the claim's own conditions or by the newest warning about it or a pod that mounts it. */
function failureOf(claim: PersistentVolumeClaim, users: readonly Pod[], context: DetectContext) {
  const { observation, now } = context;
  const told = [claim, ...users]
    .flatMap((object) => observation.events.about(refOf(object)))
    .filter(({ reason, warning, at }) => warning && toldBy.has(reason) && now - at < recentMs);
  const last = told.toSorted((a, b) => a.at - b.at).at(-1);
  const firstAt = Math.min(...told.map((event) => event.firstAt));
  const condition = claim.status?.conditions?.find(({ type, status }) => failed.has(type) && status === "True");
  const infeasible = claim.status?.allocatedResourceStatuses?.storage?.endsWith("Infeasible") ?? false;
  if (!condition && !infeasible && !last) return undefined;
  const since = Math.min(timeOf(condition?.lastTransitionTime, now), firstAt);
  const says = condition?.message || last?.message || "the driver says that it cannot be done";
  return infeasible || now - since >= patienceMs ? { since, says } : undefined;
}

/** Mounted for so long that a driver that can grow what is in use had done so. */
function pendingOf(claim: PersistentVolumeClaim, users: readonly Pod[], now: number) {
  const since = timeOf(waitsForMount(claim)?.lastTransitionTime, now);
  if (now - since < mountedMs || !users.some(isReady)) return undefined;
  return { since, says: "the disk has grown, its file system grows when it is mounted again" };
}

/**
 * Claims that ask for a larger volume and do not get it. Source: the request against `status.capacity`, the conditions
 * ControllerResizeError, NodeResizeError and FileSystemResizePending, `status.allocatedResourceStatuses`, and warnings of
 * the resizer and the kubelet (https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims).
 * Not a fault: one that is growing, one failure that the next attempt cures (a minute), a file system that waits for a pod
 * that nobody runs, a claim whose request was lowered again.
 */
export const volumeResize = defineDetector({
  name: "volume-resize",
  family: "state",
  nature: "fault",
  *detect(context): Iterable<Finding> {
    const { observation, pods, now, ownerOf } = context;
    for (const claim of observation.objects.list("PersistentVolumeClaim")) {
      const growth = wantedGrowth(claim);
      if (!growth) continue;
      const { name, namespace } = claim.metadata;
      const users = pods.filter((pod) => pod.metadata.namespace === namespace && mounts(pod, name));
      const failure = failureOf(claim, users, context);
      const trouble: Trouble | undefined = failure ?? pendingOf(claim, users, now);
      if (!trouble) continue;
      yield {
        reason: failure ? "VolumeResizeFailed" : "FileSystemResizePending",
        target: refOf(claim),
        severity: "medium",
        headline: failure ? "cannot be enlarged" : "grows only when its pod starts again",
        summary: `PersistentVolumeClaim ${name} is to grow from ${growth.from} to ${growth.to} and does not: ${short(trouble.says, 220)}`,
        startsAt: trouble.since,
        related: uniqueRefs(users.map(ownerOf)),
      };
    }
  },
});
