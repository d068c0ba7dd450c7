import type { KubeObject, Workload } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import type { Observation } from "../../cluster/observation.ts";
import { matchesLabels } from "../../cluster/selector.ts";
import { templateOf } from "../../cluster/workload.ts";
import { refKey } from "../../incident/object-ref.ts";
import { isCurrent } from "../state/container-states.ts";
import { budgetsOf } from "../state/disruption-budget.ts";
import { type HygieneCheck, isOurs } from "./finding.ts";

function serves(workload: KubeObject, observation: Observation): boolean {
  const labels = templateOf(workload)?.metadata?.labels;
  return observation.objects
    .list("Service", workload.metadata.namespace)
    .some(({ spec }) => matchesLabels(spec.selector, labels));
}

/** Workloads behind a Service that one lost pod, one lost node or one drain takes out of service. */
export const replicas: HygieneCheck = function* (observation) {
  const nodes = observation.objects.list("Node").filter(({ spec }) => spec?.unschedulable !== true).length;
  const watchesBudgets = observation.objects.list("PodDisruptionBudget").length > 0;
  const pods = Map.groupBy(observation.objects.list("Pod").filter(isCurrent), (pod) =>
    refKey(observation.objects.topOwner(pod)),
  );
  const workloads: readonly Workload[] = [
    ...observation.objects.list("Deployment"),
    ...observation.objects.list("StatefulSet"),
  ];
  for (const workload of workloads.filter(isOurs)) {
    const target = refOf(workload);
    const { replicas: wanted = 1 } = workload.spec;
    if (wanted === 0 || !serves(workload, observation)) continue;
    const called = `${workload.kind} ${target.name}`;
    if (wanted === 1) {
      yield {
        code: "single-replica",
        target,
        level: "risk",
        text: `${called} serves with a single pod`,
        advice: workload.kind === "StatefulSet" ? "Add a second instance that can take over." : "Run two replicas.",
      };
      continue;
    }
    const own = pods.get(refKey(target)) ?? [];
    const places = new Set(own.map(({ spec }) => spec.nodeName));
    if (own.length > 1 && nodes > 1 && places.size === 1) {
      yield {
        code: "all-on-one-node",
        target,
        level: "risk",
        text: `all ${own.length} pods of ${called} run on node ${[...places].join()}`,
        advice: "Spread them with topologySpreadConstraints or anti-affinity.",
      };
    }
    const first = own[0];
    if (first && watchesBudgets && budgetsOf(first, observation).length === 0) {
      yield {
        code: "no-disruption-budget",
        target,
        level: "untidy",
        text: `no PodDisruptionBudget covers ${called}: a drain may take all of its pods at once`,
        advice: "Create one with maxUnavailable 1.",
      };
    }
  }
};
