import type { Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import type { DetectContext } from "../detector.ts";

/** Clouds bring a node within two to four minutes; the cluster autoscaler gives up after fifteen. */
const comingMs = 6 * 60_000;

/** What the cluster autoscaler and Karpenter say about a pod for which they bring a node, and when they do not. */
const coming = new Set(["TriggeredScaleUp", "Nominated"]);
const refused = new Set(["NotTriggerScaleUp", "FailedScaleUp"]);

/** An autoscaler has said a short while ago that it brings a node for this pod, and has not taken it back. */
export function isRoomComing(pod: Pod, { observation, now }: Pick<DetectContext, "observation" | "now">): boolean {
  let said = Number.NEGATIVE_INFINITY;
  let taken = Number.NEGATIVE_INFINITY;
  for (const { reason, at } of observation.events.about(refOf(pod))) {
    if (coming.has(reason)) said = Math.max(said, at);
    if (refused.has(reason)) taken = Math.max(taken, at);
  }
  return said > taken && now - said < comingMs;
}
