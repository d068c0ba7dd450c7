import type { SeenEvent } from "../../cluster/event-store.ts";
import { isKind } from "../../cluster/kubernetes-types.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Case } from "../case/case.ts";

const nearMs = 60_000;
const nearlyFull = 0.85;

interface Span {
  readonly from: number;
  readonly to: number;
}

const around = (at: number): Span => ({ from: at - nearMs, to: at + nearMs });

/** When containers on the node were killed for memory. */
function killsOn(open: Case, node: ObjectRef): readonly Span[] {
  const { objects } = open.observation;
  const pods = [...objects.list("Pod"), ...objects.deleted("Pod").map(({ object }) => object)];
  return pods.flatMap((pod) => {
    if (!isKind(pod, "Pod") || pod.spec.nodeName !== node.name) return [];
    const made = Date.parse(pod.metadata.creationTimestamp ?? "");
    const containers = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    return containers.flatMap(({ state, lastState, restartCount }) =>
      [state?.terminated, lastState?.terminated].flatMap((end) => {
        if (end?.reason !== "OOMKilled" || !end.finishedAt) return [];
        const span = around(Date.parse(end.finishedAt));
        // A status tells of the last end only. One that was started again and again has met others before.
        return [restartCount > 1 && Number.isFinite(made) ? { ...span, from: made } : span];
      }),
    );
  });
}

/**
 * Of these events, those that tell of a node short of memory. A kubelet that starts reports as SystemOOM whatever the kernel's
 * log still holds, and some report so a container that met its own limit: neither says anything about the node, unless the node
 * is known to be full.
 */
export function withoutForeignOoms(open: Case, node: ObjectRef, events: readonly SeenEvent[]): readonly SeenEvent[] {
  if (!events.some(({ reason }) => reason === "SystemOOM")) return events;
  const measured = open.shifts("node_memory_ratio", { node: node.name });
  if (measured.some(({ peak }) => peak >= nearlyFull)) return events;
  // It had room all the time: whoever was killed, and not every pod is watched, met a limit of its own.
  if (measured.length > 0) return events.filter(({ reason }) => reason !== "SystemOOM");
  const starts = open.observation.events
    .about(node)
    .filter(({ reason, event }) => reason === "Starting" && event.source?.component !== "kube-proxy")
    .map(({ at }) => around(at));
  const explained = [...starts, ...killsOn(open, node)];
  return events.filter(
    ({ reason, at }) => reason !== "SystemOOM" || !explained.some(({ from, to }) => from <= at && at <= to),
  );
}
