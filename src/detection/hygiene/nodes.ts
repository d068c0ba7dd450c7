import { isKind, type KubeNode, type Toleration } from "../../cluster/kubernetes-types.ts";
import { refOf } from "../../cluster/object-store.ts";
import type { Observation } from "../../cluster/observation.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import { type HygieneCheck, ourWorkloads } from "./finding.ts";

const longMs = 24 * 60 * 60_000;

type Taint = NonNullable<NonNullable<KubeNode["spec"]>["taints"]>[number];

/** https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/ */
function tolerates({ key, operator = "Equal", value, effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (!key) return operator === "Exists";
  return key === taint.key && (operator === "Exists" || (value ?? "") === (taint.value ?? ""));
}

/** Since when the node has been cordoned (ms), as far as was seen: at the latest when watching began. */
function cordonedSince(node: KubeNode, observation: Observation): number | undefined {
  let since: number | undefined;
  for (const { at, object } of observation.objects.versions(refOf(node))) {
    if (!isKind(object, "Node") || object.spec?.unschedulable !== true) since = undefined;
    else since ??= at;
  }
  return since;
}

/** Nodes that have been cordoned for a day, and taints that no workload tolerates: capacity that nobody can use. */
export const nodes: HygieneCheck = function* (observation, now) {
  const tolerations = ourWorkloads(observation).flatMap((workload) => podSpecOf(workload)?.tolerations ?? []);
  for (const node of observation.objects.list("Node")) {
    const target = refOf(node);
    const since = cordonedSince(node, observation);
    if (since !== undefined && now - since >= longMs) {
      yield {
        code: "node-cordoned",
        target,
        level: "untidy",
        text: `node ${target.name} has been cordoned for ${Math.floor((now - since) / 3_600_000)} hours`,
        advice: `kubectl uncordon ${target.name}, or remove the node.`,
      };
    }
    for (const taint of node.spec?.taints ?? []) {
      if (taint.effect === "PreferNoSchedule" || /(^|\.)kubernetes\.io\//.test(taint.key)) continue;
      if (tolerations.some((one) => tolerates(one, taint))) continue;
      yield {
        code: "node-taint-untolerated",
        target,
        level: "untidy",
        text: `no workload tolerates the taint ${taint.key}${taint.value ? `=${taint.value}` : ""} of node ${target.name}`,
        advice: "Remove the taint, or give the workloads that belong there a toleration.",
      };
    }
  }
};
