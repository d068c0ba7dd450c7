import type { SeenEvent } from "../../cluster/event-store.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Case } from "../case/case.ts";

const nearMs = 60_000;
const nearlyFull = 0.85;

/** When containers on the node were killed for memory, ms. */
function killsOn(open: Case, node: ObjectRef): readonly number[] {
  return open.observation.objects
    .list("Pod")
    .concat(open.scope.flatMap((workload) => open.podsOf(workload).map(({ pod }) => pod)))
    .filter((pod) => pod.spec.nodeName === node.name)
    .flatMap((pod) => [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])])
    .flatMap(({ state, lastState }) => [state?.terminated, lastState?.terminated])
    .flatMap((end) => (end?.reason === "OOMKilled" && end.finishedAt ? [Date.parse(end.finishedAt)] : []));
}

/**
 * Of the SystemOOM events among these, those that tell of a node short of memory. A kubelet that starts reports whatever the
 * kernel's log still holds, and some report a container that met its own limit: neither says anything about the node, unless
 * the node is known to be full.
 */
export function withoutForeignOoms(open: Case, node: ObjectRef, events: readonly SeenEvent[]): readonly SeenEvent[] {
  if (!events.some(({ reason }) => reason === "SystemOOM")) return events;
  const full = open.shifts("node_memory_ratio", { node: node.name }).some(({ peak }) => peak >= nearlyFull);
  if (full) return events;
  const starts = open.observation.events
    .about(node)
    .filter(({ reason, event }) => reason === "Starting" && event.source?.component !== "kube-proxy")
    .map(({ at }) => at);
  const explained = [...starts, ...killsOn(open, node)];
  return events.filter(
    ({ reason, at }) => reason !== "SystemOOM" || !explained.some((other) => Math.abs(other - at) <= nearMs),
  );
}
