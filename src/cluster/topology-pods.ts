import { type ObjectRef, refKey } from "../incident/object-ref.ts";
import { isKind, type Pod } from "./kubernetes-types.ts";
import type { Observation } from "./observation.ts";
import { collect } from "./reach.ts";

/** Which pods are whose. */
export interface TopologyPods {
  /** By `namespace/name`: the workload, also of a pod that is gone; the pod itself when nothing owns it. */
  readonly ownerOf: ReadonlyMap<string, ObjectRef>;
  /** By address of a live pod: its workload. */
  readonly byAddress: ReadonlyMap<string, ObjectRef>;
  podsOf(workload: ObjectRef): readonly Pod[];
  podNamesOf(workload: ObjectRef): readonly string[];
}

/** One in the network of its node shares the node's address, and the address of one that has ended is another's by now. */
function ownAddresses({ spec, status = {} }: Pod): readonly string[] {
  const addresses = [status.podIP, ...(status.podIPs ?? []).map(({ ip }) => ip)].filter(
    (address): address is string => address !== undefined && address !== "",
  );
  const isOver = status.phase === "Succeeded" || status.phase === "Failed";
  return addresses.length === 0 || isOver || spec.hostNetwork === true ? [] : addresses;
}

/** Taken from the live pods and those remembered as deleted, once for a topology: it does not follow later changes. */
export function readPods({ objects }: Observation): TopologyPods {
  const live = new Map<string, Pod[]>();
  const names = new Map<string, string[]>();
  const byAddress = new Map<string, ObjectRef>();
  const ownerOf = new Map<string, ObjectRef>();
  const take = (pod: Pod, isLive: boolean) => {
    const owner = objects.topOwner(pod);
    ownerOf.set(`${pod.metadata.namespace}/${pod.metadata.name}`, owner);
    collect(names, refKey(owner), pod.metadata.name);
    if (!isLive) return;
    collect(live, refKey(owner), pod);
    for (const address of ownAddresses(pod)) byAddress.set(address, owner);
  };
  for (const pod of objects.list("Pod")) take(pod, true);
  for (const { object } of objects.deleted("Pod")) if (isKind(object, "Pod")) take(object, false);
  return {
    ownerOf,
    byAddress,
    podsOf: (workload) => live.get(refKey(workload)) ?? [],
    podNamesOf: (workload) => names.get(refKey(workload)) ?? [],
  };
}
