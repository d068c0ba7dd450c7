import type { KubeObject, Pod } from "../../cluster/kubernetes-types.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";
import type { DetectContext } from "../detector.ts";
import { createPodIndex } from "./pod-index.ts";

type Given = Pick<DetectContext, "now" | "observation" | "topology" | "logs" | "watchingSince" | "learnMs" | "tickMs">;

/** What detectors see in one tick. Lists and indexes are built once, when the first of them asks. */
export function createDetectContext(given: Given): DetectContext {
  const { objects } = given.observation;
  const pods: readonly Pod[] = objects.list("Pod");
  const owners = new Map<KubeObject, ObjectRef>();
  const ownerOf = (object: KubeObject) => {
    let owner = owners.get(object);
    if (!owner) {
      owner = objects.topOwner(object);
      owners.set(object, owner);
    }
    return owner;
  };
  let byOwner: Map<string, Pod[]> | undefined;
  return {
    ...given,
    pods,
    ownerOf,
    podsOf(workload) {
      byOwner ??= Map.groupBy(pods, (pod) => refKey(ownerOf(pod)));
      return byOwner.get(refKey(workload)) ?? [];
    },
    podsSelected: createPodIndex(pods),
  };
}
