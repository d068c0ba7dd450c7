import { isKind, type KubeObject, type Pod } from "../../cluster/kubernetes-types.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { KubernetesReader } from "../kubernetes-reader/create-kubernetes-reader.ts";
import { podSelector } from "./pod-selector.ts";

const maxPods = 5;

/** The pods that are there now, the newest first: those that are in trouble are seldom the old ones. At most five. */
export async function podsBehind(ref: ObjectRef, reader: Pick<KubernetesReader, "get" | "list">): Promise<Pod[]> {
  const object = await reader.get(ref);
  if (isKind(object, "Pod")) return [object];
  const labelSelector = await podSelector(object, reader);
  if (!labelSelector || !ref.namespace) return [];
  const found = await reader.list("Pod", { namespace: ref.namespace, labelSelector });
  const madeAt = (pod: KubeObject) => pod.metadata.creationTimestamp ?? "";
  return found
    .filter((one) => isKind(one, "Pod"))
    .sort((a, b) => madeAt(b).localeCompare(madeAt(a)))
    .slice(0, maxPods);
}
