import { refOf } from "../../cluster/object-store.ts";
import { usesOfSpec } from "../../cluster/topology-uses.ts";
import { podSpecOf } from "../../cluster/workload.ts";
import { refKey } from "../../incident/object-ref.ts";
import { type HygieneCheck, ourWorkloads } from "./finding.ts";

/** Every namespace has some of these: where none is seen, they are not watched. Secrets are not watched on purpose. */
const judged = new Set(["ConfigMap", "ServiceAccount", "PersistentVolumeClaim"]);

/** Workloads that name a ConfigMap, ServiceAccount or claim which does not exist: their next pod will not start. */
export const references: HygieneCheck = function* (observation) {
  for (const workload of ourWorkloads(observation)) {
    const spec = podSpecOf(workload);
    // A Job that has ended starts no further pod.
    if (!spec || workload.kind === "Job") continue;
    const told = new Set<string>();
    for (const { ref, optional } of usesOfSpec(spec, workload.metadata.namespace)) {
      const isDefault = ref.name === "default" || ref.name === "kube-root-ca.crt";
      if (optional || isDefault || !judged.has(ref.kind) || told.has(refKey(ref))) continue;
      if (observation.objects.list(ref.kind, ref.namespace).length === 0) continue;
      if (observation.objects.get(ref.kind, ref.namespace, ref.name)) continue;
      told.add(refKey(ref));
      const target = refOf(workload);
      yield {
        code: "reference-missing",
        target,
        level: "risk",
        text: `${target.kind} ${target.name} names ${ref.kind} ${ref.name}, which does not exist`,
        advice: `Create ${ref.kind} ${ref.name}, or correct the name.`,
      };
    }
  }
};
