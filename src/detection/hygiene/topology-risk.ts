import { isKind, type KubeNode, type Workload } from "../../cluster/kubernetes-types.ts";
import { looksLikeDatabase } from "../../cluster/looks-like-database.ts";
import type { Observation } from "../../cluster/observation.ts";
import { matchesSelector } from "../../cluster/selector.ts";
import { buildTopology, type Topology } from "../../cluster/topology.ts";
import { templateOf } from "../../cluster/workload.ts";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";
import { isCurrent } from "../state/container-states.ts";

export type TopologyRiskKind = "single-database" | "single-replica" | "one-node" | "no-disruption-budget";

/** Something that is fine today and will be an outage when a pod, a node or a drain comes in its way. */
export interface TopologyRisk {
  readonly kind: TopologyRiskKind;
  readonly target: ObjectRef;
  /** One sentence for people: what, and who would feel it. */
  readonly why: string;
  readonly remedy: string;
}

/** What is lost when it happens, in the order of the list. */
const weight: Readonly<Record<TopologyRiskKind, number>> = {
  "single-database": 3,
  "single-replica": 2,
  "one-node": 1.5,
  "no-disruption-budget": 1,
};

interface Ranked extends TopologyRisk {
  readonly rank: number;
}

/** Ordinary pods can be placed there. */
function takesPods({ spec, status }: KubeNode): boolean {
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  const kept = spec?.taints?.some(({ effect }) => effect === "NoSchedule" || effect === "NoExecute");
  return !spec?.unschedulable && !kept && ready?.status !== "False" && ready?.status !== "Unknown";
}

const names = (refs: readonly ObjectRef[], most = 3) => {
  const shown = refs.slice(0, most).map(({ name }) => name);
  return refs.length > most ? `${shown.join(", ")} and ${refs.length - most} more` : shown.join(" and ");
};

function hasBudget(observation: Observation, workload: Workload): boolean {
  const labels = templateOf(workload)?.metadata?.labels;
  return observation.objects
    .list("PodDisruptionBudget", workload.metadata.namespace)
    .some(({ spec }) => matchesSelector(spec?.selector, labels));
}

function risksOf(workload: Workload, target: ObjectRef, observation: Observation, topology: Topology): Ranked[] {
  const replicas = workload.spec.replicas ?? 1;
  if (replicas === 0) return [];
  const services = topology.servicesOf(target);
  const callers = topology.dependentsOf(target, 1);
  const reached = topology.dependentsOf(target).length;
  const found: Ranked[] = [];
  const add = (kind: TopologyRiskKind, why: string, remedy: string) =>
    found.push({ kind, target, why, remedy, rank: weight[kind] + Math.log2(1 + reached) / 4 });
  const where = `kubectl -n ${target.namespace ?? "default"}`;
  const kind = target.kind.toLowerCase();

  if (replicas === 1 && looksLikeDatabase(workload, services, observation)) {
    const felt = callers.length > 0 ? `; ${names(callers)} would have no data` : "";
    add(
      "single-database",
      `${target.name} is a database with one instance: when its pod or node goes, it is away until it has started again${felt}.`,
      "Run it replicated (its operator, or a managed service), and restore a backup once to know that it works. More replicas alone copy no data.",
    );
  } else if (replicas === 1 && services.length > 0 && callers.length > 0) {
    add(
      "single-replica",
      `${target.name} has one replica and is called by ${names(callers)}: every restart, eviction or lost node is an outage for them.`,
      `${where} scale ${kind}/${target.name} --replicas=2, if it keeps no state of its own.`,
    );
  }
  if (replicas < 2) return found;

  const nodes = observation.objects.list("Node").filter(takesPods);
  const placed = topology.podsOf(target).filter((pod) => isCurrent(pod) && pod.spec.nodeName);
  const [first, ...others] = placed.map((pod) => pod.spec.nodeName);
  if (nodes.length >= 2 && first && others.length > 0 && others.every((node) => node === first)) {
    add(
      "one-node",
      `All ${placed.length} pods of ${target.name} run on ${first}, although ${nodes.length} nodes take pods: its replicas go together.`,
      `Spread them: topologySpreadConstraints with topologyKey kubernetes.io/hostname in ${kind}/${target.name}.`,
    );
  }
  if (services.length > 0 && !hasBudget(observation, workload)) {
    add(
      "no-disruption-budget",
      `${target.name} has ${replicas} replicas and no PodDisruptionBudget: a drain may evict all of them at once.`,
      `${where} create poddisruptionbudget ${target.name} --selector=${selectorText(workload)} --min-available=${replicas - 1}`,
    );
  }
  return found;
}

function selectorText({ spec }: Workload): string {
  const labels = Object.entries(spec.selector?.matchLabels ?? spec.template.metadata?.labels ?? {});
  return labels.map(([key, value]) => `${key}=${value}`).join(",");
}

/**
 * Weak spots in how workloads are laid out, worst first: by what is lost, then by how many others depend on it. For digests;
 * none of them is an incident. DaemonSets and Jobs, workloads scaled to zero and a cluster of one node are no finding.
 */
export function topologyRisks(
  observation: Observation,
  topology: Topology = buildTopology(observation),
): readonly TopologyRisk[] {
  const found = topology.workloads.flatMap((target) => {
    const workload = observation.objects.get(target.kind, target.namespace, target.name);
    const scales = isKind(workload, "Deployment") || isKind(workload, "StatefulSet");
    return scales ? risksOf(workload, target, observation, topology) : [];
  });
  return found
    .toSorted((a, b) => b.rank - a.rank || refKey(a.target).localeCompare(refKey(b.target)))
    .map(({ rank: _rank, ...risk }) => risk);
}
