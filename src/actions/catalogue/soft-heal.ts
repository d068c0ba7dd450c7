import type { LabelSelector } from "../../cluster/kubernetes-types.ts";
import { isKind, type KubeObject } from "../../cluster/kubernetes-types.ts";
import { matchesSelector } from "../../cluster/selector.ts";
import { rolloutKinds } from "../../cluster/workload.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { healEndpointOf } from "../../incident/fix/heal-endpoint.ts";
import type { Change } from "../change/change.ts";
import { valueAt } from "../change/plain.ts";
import { defineAction, refuse } from "../define-action.ts";

const maxPods = 50;

export const softHeal = defineAction({
  name: "soft-heal",
  risk: "low",
  kinds: [...rolloutKinds, "Pod"],
  params: actionParams["soft-heal"],
  permissions: [
    { verb: "list", group: "", resource: "pods" },
    { verb: "create", group: "", resource: "pods/proxy" },
  ],
  changesDeclaredState: false,
  rollsOut: false,
  undo: { irreversible: "The application heals itself; no specification changes." },
  expects: "The application's own health endpoint reports no errors any more.",
  verifyWithinMs: 2 * 60_000,
  async draft(target, _params, { cluster }) {
    const endpoint = healEndpointOf(target);
    if (!endpoint) {
      return refuse(
        "not-supported",
        `${target.metadata.name} does not say how to heal it: annotate it with kubemend.dev/heal-path (a plain path such as /heal) and kubemend.dev/heal-port (a number).`,
      );
    }
    const heal = (object: KubeObject): Change => ({ type: "heal", object, ...endpoint });
    if (target.kind === "Pod")
      return { changes: [heal(target)], pods: 0, note: "1 pod is asked to heal itself; nothing restarts." };
    const listed = await cluster.list("Pod", target.metadata.namespace);
    if (listed.type === "failed")
      return refuse("unreachable", `The pods of ${target.metadata.name} could not be read: ${listed.detail}.`);
    const selector = valueAt(target, "spec", "selector") as LabelSelector | undefined;
    const pods = listed.objects
      .filter(
        (pod) =>
          matchesSelector(selector, pod.metadata.labels) && isKind(pod, "Pod") && pod.status?.phase === "Running",
      )
      .slice(0, maxPods);
    if (pods.length === 0) return refuse("nothing-to-change", `${target.metadata.name} has no running pod to heal.`);
    return {
      changes: pods.map(heal),
      pods: 0,
      note: `${pods.length} running pods are asked to heal themselves; nothing restarts.`,
    };
  },
});
