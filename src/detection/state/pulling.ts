import type { Pod } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import type { DetectContext } from "../detector.ts";

/** Images of several gigabytes take minutes; a rollout has ten, unless it says otherwise. */
const pullMs = 10 * 60_000;
const ends = new Set(["Pulled", "Failed", "BackOff", "InspectFailed", "ErrImageNeverPull"]);

/** Its node fetches an image for it just now: begun, and neither there nor refused. */
export function isPulling(pod: Pod, { observation, now }: Pick<DetectContext, "observation" | "now">): boolean {
  let began = Number.NEGATIVE_INFINITY;
  let ended = Number.NEGATIVE_INFINITY;
  for (const { reason, at } of observation.events.about(refOf(pod))) {
    if (reason === "Pulling") began = Math.max(began, at);
    if (ends.has(reason)) ended = Math.max(ended, at);
  }
  return began > ended && now - began < pullMs;
}
