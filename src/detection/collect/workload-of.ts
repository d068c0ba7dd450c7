import { endsOwnerChain } from "../../cluster/kinds/workload.ts";
import type { ObjectStore } from "../../cluster/object-store.ts";
import { parseQuantity } from "../../cluster/quantity.ts";
import { templateOf, workloadKinds } from "../../cluster/workload.ts";
import { makeRef } from "../../incident/object-ref.ts";
import { timeOf } from "../detector.ts";
import type { DeriverOptions } from "./derive/derive.ts";
import type { WorkloadNames, WorkloadPlace } from "./derive/derive-calls.ts";

/** Says which workload a pod belongs to, and since when there is the pod; the same answer for every source of metrics. */
export function workloadLookup(objects: ObjectStore): DeriverOptions["workloadOf"] {
  return (namespace, pod) => {
    const object = objects.find(makeRef("Pod", namespace, pod))?.object;
    return object
      ? { workload: objects.topOwner(object).name, createdAt: timeOf(object.metadata.creationTimestamp, 0) }
      : undefined;
  };
}

/** What a node's kubelet says about the disk that is for pods. */
export function nodeStorage(objects: ObjectStore): NonNullable<DeriverOptions["nodeStorage"]> {
  return (node) => parseQuantity(objects.get("Node", undefined, node)?.status?.capacity?.["ephemeral-storage"]);
}

/** By which the makers of traces name what runs, where it is not the name of the workload. */
const nameLabels = ["app.kubernetes.io/name", "app"];

/**
 * The workloads there are now by their names, and by what their pods' labels call them where nothing else in the namespace
 * bears that name.
 */
export function workloadNames(objects: ObjectStore): () => WorkloadNames {
  return () => {
    const names = new Map<string, WorkloadPlace[]>();
    const taken = new Set<string>();
    const aliases: { readonly name: string; readonly place: WorkloadPlace }[] = [];
    const add = (name: string, place: WorkloadPlace) => {
      const key = `${place.namespace}/${name}`;
      if (taken.has(key)) return;
      taken.add(key);
      const places = names.get(name);
      if (places) places.push(place);
      else names.set(name, [place]);
    };
    for (const object of workloadKinds.flatMap((kind) => objects.list(kind as string))) {
      if (!endsOwnerChain(object)) continue;
      const { name, namespace = "" } = object.metadata;
      const place = { namespace, workload: name };
      add(name, place);
      const labels = templateOf(object)?.metadata?.labels ?? {};
      for (const label of nameLabels) if (labels[label]) aliases.push({ name: labels[label], place });
    }
    for (const { name, place } of aliases) add(name, place);
    return names;
  };
}
