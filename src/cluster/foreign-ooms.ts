import type { ObjectRef } from "../incident/object-ref.ts";
import { isKind } from "./kubernetes-types.ts";
import type { Observation } from "./observation.ts";

const nearMs = 60_000;

/** A stretch of time, both ends included (ms since the epoch). */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const around = (at: number): Span => ({ from: at - nearMs, to: at + nearMs });

/** When containers on the node were killed for memory. */
function killsOn({ objects }: Observation, node: Pick<ObjectRef, "name">): readonly Span[] {
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
 * When a kubelet's `SystemOOM` says nothing about its node: a kubelet that starts reports whatever the kernel's log still
 * holds, and some report so a container that met its own limit (whose pod tells of it).
 */
export function foreignOoms(observation: Observation, node: ObjectRef): readonly Span[] {
  const starts = observation.events
    .about(node)
    .filter(({ reason, event }) => reason === "Starting" && event.source?.component !== "kube-proxy")
    .map(({ at }) => around(at));
  return [...starts, ...killsOn(observation, node)];
}

/** Fuller than this, a node may be short of memory. */
export const nearlyFull = 0.85;

/**
 * The node was measured around this time (ms), and had room all the while: whoever was killed, and not every pod is watched
 * everywhere, met a limit of its own.
 */
export function hadRoom({ series }: Observation, node: Pick<ObjectRef, "name">, at: number): boolean {
  const { from, to } = around(at);
  const measured = series
    .select("node_memory_ratio", { node: node.name })
    .flatMap((one) => series.window(one, from, to));
  return measured.length > 0 && measured.every(({ value }) => value < nearlyFull);
}

/** Both ends count; false without spans. */
export const isWithin = (spans: readonly Span[], at: number): boolean =>
  spans.some(({ from, to }) => from <= at && at <= to);
