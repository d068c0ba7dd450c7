import type { LabelSelector } from "../../cluster/kubernetes-types.ts";
import { isKind, type KubeObject } from "../../cluster/kubernetes-types.ts";
import { matchesSelector } from "../../cluster/selector.ts";
import { actionParams } from "../../incident/action-params.ts";
import { valueAt } from "../change/plain.ts";
import { podTemplateOf } from "../change/workload.ts";
import { type Change, defineAction, refuse } from "../define-action.ts";

const maxPods = 50;

/** `kubemend.dev/heal-path` and `heal-port` on the workload or on its pods say that POSTing there is safe, and where. */
function endpointOf(target: KubeObject): { readonly path: string; readonly port: number } | undefined {
  const annotations = { ...podTemplateOf(target)?.metadata?.annotations, ...target.metadata.annotations };
  const path = annotations["kubemend.dev/heal-path"];
  const port = Number(annotations["kubemend.dev/heal-port"]);
  return path?.startsWith("/") && Number.isInteger(port) && port > 0 && port < 65_536 ? { path, port } : undefined;
}

export const softHeal = defineAction({
  name: "soft-heal",
  risk: "low",
  kinds: ["Deployment", "StatefulSet", "DaemonSet", "Pod"],
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
    const endpoint = endpointOf(target);
    if (!endpoint) {
      return refuse(
        "not-supported",
        `${target.metadata.name} does not say how to heal it: annotate it with kubemend.dev/heal-path and kubemend.dev/heal-port.`,
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
