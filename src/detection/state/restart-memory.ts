import type { Pod } from "../../cluster/kubernetes-types.ts";
import { timeOf } from "../detector.ts";
import { isReady } from "./container-states.ts";

/** After this long in service a container counts as healthy again; the kubelet forgets its back-off after 10 min. */
export const stableMs = 3 * 60_000;

/** Since when the pod has been ready without a break (ms); undefined while it is not. */
function readySince(pod: Pod): number | undefined {
  if (!isReady(pod)) return undefined;
  const condition = pod.status?.conditions?.find(({ type }) => type === "Ready");
  return timeOf(condition?.lastTransitionTime, 0);
}

/**
 * Ready for `afterMs` without a break, at `now` (Unix ms). A condition that does not say since when counts as one of
 * long ago.
 */
export function hasSettled(pod: Pod, now: number, afterMs = stableMs): boolean {
  const since = readySince(pod);
  return since !== undefined && now - since >= afterMs;
}
