import type { ObjectStore } from "../cluster/object-store.ts";
import { makeRef } from "../incident/object-ref.ts";
import type { DeriverOptions } from "./collect/derive.ts";
import { timeOf } from "./detector.ts";

/** Says which workload a pod belongs to, and since when there is the pod; the same answer for every source of metrics. */
export function workloadLookup(objects: ObjectStore): DeriverOptions["workloadOf"] {
  return (namespace, pod) => {
    const object = objects.find(makeRef("Pod", namespace, pod))?.object;
    return object
      ? { workload: objects.topOwner(object).name, createdAt: timeOf(object.metadata.creationTimestamp, 0) }
      : undefined;
  };
}
