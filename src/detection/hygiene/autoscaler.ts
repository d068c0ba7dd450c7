import { refOf } from "../../cluster/object-store.ts";
import { withoutRequest } from "../../cluster/pod-request.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import { type HygieneCheck, isOurs } from "./finding.ts";

const scalable = new Set(["Deployment", "StatefulSet", "ReplicaSet"]);

/** Autoscalers without a target, and those that scale by a share of requests that nobody has set. */
export const autoscalers: HygieneCheck = function* (observation) {
  for (const hpa of observation.objects.list("HorizontalPodAutoscaler").filter(isOurs)) {
    const { namespace, name } = hpa.metadata;
    const { kind, name: scaled } = hpa.spec.scaleTargetRef;
    // Custom resources are scaled as well, and not watched.
    if (!scalable.has(kind) || observation.objects.list(kind).length === 0) continue;
    const target = refOf(hpa);
    const spec = podSpecOf(observation.objects.get(kind, namespace, scaled));
    if (!spec) {
      yield {
        code: "autoscaler-without-target",
        target,
        level: "untidy",
        text: `HorizontalPodAutoscaler ${name} scales ${kind} ${scaled}, which does not exist`,
        advice: "Correct scaleTargetRef, or delete it.",
      };
      continue;
    }
    for (const { type, resource } of hpa.spec.metrics ?? []) {
      const by = resource?.name;
      if (type !== "Resource" || !by || resource.target?.type !== "Utilization") continue;
      // Where only a limit is set, the API takes it for the request. Sidecars count as well.
      const without = withoutRequest(spec, by);
      if (without.length === 0) continue;
      yield {
        code: "autoscaler-without-requests",
        target,
        level: "risk",
        text: `HorizontalPodAutoscaler ${name} scales by a share of the ${by} requests, and container ${without.map((one) => one.name).join(", ")} of ${kind} ${scaled} has none`,
        advice: `Set resources.requests.${by}.`,
      };
    }
  }
};
