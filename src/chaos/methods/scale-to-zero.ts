import { z } from "zod";
import type { Method } from "../scope.ts";
import { setFields } from "../workload.ts";
import { eachWorkload } from "./each-workload.ts";
import { workloadGrants } from "./grants.ts";
import { workloadTarget } from "./target.ts";

export const scaleToZeroStep = z.strictObject({ method: z.literal("scale-to-zero"), target: workloadTarget });

/** Takes all replicas away. An autoscaler leaves a workload with none alone, and takes over again afterwards. */
export const scaleToZero: Method<z.infer<typeof scaleToZeroStep>> = {
  kinds: ["Deployment", "StatefulSet"],
  permissions: workloadGrants("scale-to-zero"),
  plan: ({ target }, scope, snapshot) =>
    eachWorkload(target, scope, snapshot, (workload) => {
      const { kind, metadata, spec } = workload;
      if (kind === "DaemonSet") return `DaemonSet ${metadata.name} has no number of replicas`;
      if (spec.replicas === 0) return `${kind} ${metadata.name} has no replicas already`;
      return setFields(workload, `replicas ${spec.replicas ?? 1} → 0`, [{ path: ["spec", "replicas"], value: 0 }]);
    }),
};
