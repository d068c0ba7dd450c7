import { isKind, type KubeObject } from "../../cluster/kubernetes-types.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import type { Change } from "../change/change.ts";
import { valueAt, withValueAt } from "../change/plain.ts";
import { defineAction, refuse } from "../define-action.ts";

/** More pods than this are a job for a maintenance window, not for a button. */
const maxPods = 60;

/** As `kubectl drain --ignore-daemonsets`: pods of the node itself, of DaemonSets and finished ones stay. */
function mustMove(pod: KubeObject): boolean {
  if (!isKind(pod, "Pod") || pod.metadata.deletionTimestamp) return false;
  if (pod.metadata.annotations?.["kubernetes.io/config.mirror"]) return false;
  if (pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed") return false;
  return !pod.metadata.ownerReferences?.some((owner) => owner.controller && owner.kind === "DaemonSet");
}

/** What it keeps there goes with it: `kubectl drain` asks for --delete-emptydir-data first. In memory, nobody keeps what must last. */
const keepsLocally = (pod: KubeObject): boolean =>
  isKind(pod, "Pod") &&
  (pod.spec.volumes ?? []).some(({ emptyDir }) => emptyDir !== undefined && emptyDir.medium !== "Memory");

export const drain = defineAction({
  name: "drain",
  risk: "high",
  kinds: ["Node"],
  params: actionParams.drain,
  permissions: [
    { verb: "patch", group: "", resource: "nodes" },
    { verb: "list", group: "", resource: "pods" },
    { verb: "create", group: "", resource: "pods/eviction" },
  ],
  changesDeclaredState: false,
  rollsOut: false,
  undo: "previous-values",
  expects: "Its pods come up on other nodes and work there.",
  verifyWithinMs: 10 * 60_000,
  async draft(target, _params, { cluster }) {
    const name = target.metadata.name;
    const listed = await cluster.list("Pod", undefined);
    if (listed.type === "failed")
      return refuse("unreachable", `The pods of ${name} could not be read: ${listed.detail}.`);
    const pods = listed.objects.filter((pod) => valueAt(pod, "spec", "nodeName") === name && mustMove(pod));
    const bare = pods.find((pod) => !pod.metadata.ownerReferences?.some((owner) => owner.controller));
    if (bare)
      return refuse(
        "not-supported",
        `Pod ${bare.metadata.namespace}/${bare.metadata.name} has no controller: draining ${name} would lose it.`,
      );
    if (pods.length > maxPods)
      return refuse(
        "not-supported",
        `${pods.length} pods run on ${name}; more than ${maxPods} are not moved at the press of a button.`,
      );
    const local = pods.filter(keepsLocally).length;
    const lost = local > 0 ? ` ${local} of them ${local === 1 ? "has" : "have"} emptyDir volumes, which are lost.` : "";
    const cordon: Change = {
      type: "modify",
      before: target,
      after: withValueAt(target, ["spec", "unschedulable"], true),
    };
    return {
      changes: [cordon, ...pods.map((object): Change => ({ type: "evict", object }))],
      pods: pods.length,
      note: `${pods.length} pods are evicted (disruption budgets are respected) after the node is cordoned.${lost} Undo uncordons it; pods do not move back by themselves.`,
    };
  },
});
