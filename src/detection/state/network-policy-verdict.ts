import type { NetworkRule } from "../../cluster/kinds/network.ts";
import type { NetworkPeer, NetworkPolicy } from "../../cluster/kubernetes-types.ts";
import type { Observation } from "../../cluster/observation.ts";
import { matchesSelector } from "../../cluster/selector.ts";
import { templateOf } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";

type Side = "Ingress" | "Egress";
type Labels = Readonly<Record<string, string>>;

/** Without policyTypes it is about ingress, and about egress when it has egress rules. */
function governs({ spec }: NetworkPolicy, side: Side): boolean {
  if (spec?.policyTypes) return spec.policyTypes.includes(side);
  return side === "Ingress" || (spec?.egress?.length ?? 0) > 0;
}

function labelsOf(ref: ObjectRef, observation: Observation): Labels | undefined {
  const template = templateOf(observation.objects.find(ref)?.object);
  return template && (template.metadata?.labels ?? {});
}

function selectsLabels({ spec }: NetworkPolicy, labels: Labels | undefined): boolean {
  return labels !== undefined && matchesSelector(spec?.podSelector ?? {}, labels);
}

function admits(peer: NetworkPeer, home: string | undefined, other: ObjectRef, observation: Observation): boolean {
  // Addresses of pods are not known in advance; a block of them may hold any.
  if (peer.ipBlock !== undefined) return true;
  if (peer.namespaceSelector) {
    const namespace = observation.objects.get("Namespace", undefined, other.namespace ?? "");
    const labels = { "kubernetes.io/metadata.name": other.namespace ?? "", ...namespace?.metadata.labels };
    if (!matchesSelector(peer.namespaceSelector, labels)) return false;
  } else if (other.namespace !== home) return false;
  return peer.podSelector === undefined || matchesSelector(peer.podSelector, labelsOf(other, observation));
}

/**
 * The policies that together leave no way between two workloads on one side of the call; empty when one of them lets it
 * through, or none is about it. Ports are left alone when they are named or a range, since then they may be the right ones.
 * Semantics: https://kubernetes.io/docs/concepts/services-networking/network-policies/ (policies add up; the first that
 * selects a pod closes it for everything that none allows).
 */
export function closedBy(
  policies: readonly NetworkPolicy[],
  side: Side,
  call: { readonly from: ObjectRef; readonly to: ObjectRef },
  observation: Observation,
): readonly NetworkPolicy[] {
  const own = side === "Ingress" ? call.to : call.from;
  const other = side === "Ingress" ? call.from : call.to;
  const labels = labelsOf(own, observation);
  const about = policies.filter(
    (policy) => policy.metadata.namespace === own.namespace && governs(policy, side) && selectsLabels(policy, labels),
  );
  const listens = new Set(
    (templateOf(observation.objects.find(call.to)?.object)?.spec.containers ?? []).flatMap(({ ports }) =>
      (ports ?? []).map(({ containerPort }) => containerPort),
    ),
  );
  const fits = ({ ports }: NetworkRule) =>
    !ports ||
    ports.length === 0 ||
    listens.size === 0 ||
    ports.some(({ port, endPort }) => typeof port !== "number" || endPort !== undefined || listens.has(port));
  const open = about.some(({ spec, metadata }) =>
    (side === "Ingress" ? spec?.ingress : spec?.egress)?.some((rule) => {
      const peers = side === "Ingress" ? rule.from : rule.to;
      const known =
        !peers || peers.length === 0 || peers.some((peer) => admits(peer, metadata.namespace, other, observation));
      return known && fits(rule);
    }),
  );
  return open ? [] : about;
}

/** Policies see the port of the pod that answers: on OpenShift 5353, behind a Service's 53. */
const dnsPorts: ReadonlySet<number> = new Set([53, 5353]);

/** The policies that leave a workload without names: they close its egress, and none of them opens a port of the cluster's DNS. */
export function namelessBy(policies: readonly NetworkPolicy[], workload: ObjectRef, observation: Observation) {
  const labels = labelsOf(workload, observation);
  const about = policies.filter(
    (policy) =>
      policy.metadata.namespace === workload.namespace && governs(policy, "Egress") && selectsLabels(policy, labels),
  );
  const open = about.some(({ spec }) =>
    spec?.egress?.some(
      ({ ports }) =>
        !ports ||
        ports.length === 0 ||
        ports.some(({ port, endPort }) => typeof port !== "number" || endPort !== undefined || dnsPorts.has(port)),
    ),
  );
  return open ? [] : about;
}
