import { withoutRequest } from "../../cluster/pod-request.ts";
import { actionParams } from "../../incident/fix/action-params.ts";
import { isPlain, valueAt } from "../change/plain.ts";
import { podTemplateOf } from "../change/workload.ts";
import { autoscalerOf } from "../conflicts.ts";
import { defineAction, refuse } from "../define-action.ts";
import { readCpuSetter } from "../vertical-autoscaler.ts";

export const createHpa = defineAction({
  name: "create-hpa",
  risk: "medium",
  kinds: ["Deployment", "StatefulSet"],
  params: actionParams["create-hpa"],
  permissions: [
    { verb: "create", group: "autoscaling", resource: "horizontalpodautoscalers" },
    { verb: "delete", group: "autoscaling", resource: "horizontalpodautoscalers" },
    { verb: "list", group: "autoscaling.k8s.io", resource: "verticalpodautoscalers" },
  ],
  changesDeclaredState: true,
  rollsOut: false,
  undo: "previous-values",
  expects: "The autoscaler reads its metric and keeps CPU use near the target.",
  verifyWithinMs: 10 * 60_000,
  async draft(target, { minReplicas, maxReplicas, cpuPercent }, { cluster }) {
    const { name, namespace } = target.metadata;
    if (minReplicas > maxReplicas)
      return refuse("invalid-params", `At least ${minReplicas} pods is more than at most ${maxReplicas}.`);
    const listed = await cluster.list("HorizontalPodAutoscaler", namespace);
    if (listed.type === "failed") return refuse("unreachable", `Autoscalers could not be read: ${listed.detail}.`);
    const existing = autoscalerOf(target, listed.objects);
    if (existing) return refuse("nothing-to-change", `Autoscaler ${existing.metadata.name} already scales ${name}.`);
    const vertical = await readCpuSetter(target, cluster);
    if (vertical)
      return refuse(
        "not-supported",
        `VerticalPodAutoscaler ${vertical.metadata.name} sets the CPU requests of ${name}; an autoscaler by CPU use would follow what that one does. Let it set memory alone (controlledResources) first.`,
      );
    // Utilisation is a share of the request; without one the autoscaler stays broken (FailedGetResourceMetric).
    const template = podTemplateOf(target);
    const [without] = template ? withoutRequest(template.spec, "cpu") : [];
    if (without)
      return refuse(
        "not-supported",
        `Container ${without.name} of ${name} has no CPU request, so its utilisation cannot be computed.`,
      );
    const replicas = valueAt(target, "spec", "replicas");
    const object = {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      // By this mark the cluster tells autoscalers that kubemend may delete again from those of others.
      metadata: { name, ...(namespace ? { namespace } : {}), annotations: { "kubemend.dev/created": "true" } },
      spec: {
        scaleTargetRef: { apiVersion: target.apiVersion, kind: target.kind, name },
        minReplicas,
        maxReplicas,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpuPercent } },
          },
        ],
      },
    };
    const taken = listed.objects.find((other) => other.metadata.name === name && isPlain(other.spec));
    if (taken) return refuse("not-supported", `An autoscaler named ${name} exists for something else.`);
    return {
      changes: [{ type: "create", object }],
      pods: 0,
      note: `Now ${String(replicas ?? 1)} pods; from then on between ${minReplicas} and ${maxReplicas} by CPU use.`,
    };
  },
});
