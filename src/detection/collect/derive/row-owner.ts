import type { RawSeries } from "../../../cluster/signal.ts";

/** Whom a raw series of the kubelet is about. */
export type RowOwner =
  | { readonly of: "volume"; readonly namespace: string; readonly claim: string }
  | { readonly of: "node"; readonly node: string }
  /** A pod's ephemeral storage: one of its volumes, or without a name all of it. */
  | { readonly of: "local"; readonly namespace: string; readonly pod: string; readonly volume: string | undefined }
  | { readonly of: "container"; readonly namespace: string; readonly pod: string; readonly container: string }
  | { readonly of: "network"; readonly namespace: string; readonly pod: string; readonly nic: string };

/**
 * cadvisor rows: those with a container name are containers; `container=""` are a pod's cgroup or its sandbox, of which
 * only the network counters are used; `id="/"` is the node. Undefined for all from which nothing is derived.
 */
export function rowOwner({ name, labels }: RawSeries): RowOwner | undefined {
  const { namespace, pod, container, interface: nic, volume } = labels;
  if (name.startsWith("kubelet_volume_stats_")) {
    const claim = labels.persistentvolumeclaim;
    return namespace && claim ? { of: "volume", namespace, claim } : undefined;
  }
  const isMachine = name.startsWith("machine_");
  const isLocal = name.startsWith("kubelet_summary_") || name === "kubelet_container_log_filesystem_used_bytes";
  if (!isMachine && !isLocal && !name.startsWith("container_")) return undefined;
  if (isMachine || labels.id === "/") return { of: "node", node: labels.node ?? labels.instance ?? "node" };
  if (!namespace || !pod) return undefined;
  if (isLocal && !container) return { of: "local", namespace, pod, volume };
  if (container && container !== "POD") return { of: "container", namespace, pod, container };
  return nic === undefined || nic === "lo" ? undefined : { of: "network", namespace, pod, nic };
}
