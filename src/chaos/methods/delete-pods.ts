import { z } from "zod";
import { rolloutKinds } from "../../cluster/workload.ts";
import type { Change } from "../change.ts";
import { type Method, shareOf, targetOf } from "../scope.ts";
import { podsOf } from "../workload.ts";
import { eachWorkload } from "./each-workload.ts";
import { coreGrants, workloadGrants } from "./grants.ts";
import { workloadTarget } from "./target.ts";

export const deletePodsStep = z.strictObject({ method: z.literal("delete-pods"), target: workloadTarget });

/** Deletes a share of a workload's pods at once. Its controller makes new ones: nothing has to be put back. */
export const deletePods: Method<z.infer<typeof deletePodsStep>> = {
  kinds: [...rolloutKinds, "Pod"],
  permissions: [...workloadGrants("delete-pods"), ...coreGrants("delete-pods", "pods", ["list", "get", "delete"])],
  plan: ({ target }, scope, snapshot) =>
    eachWorkload(target, scope, snapshot, (workload) => {
      const pods = podsOf(workload, snapshot);
      const { kind, metadata } = workload;
      if (pods.length === 0) return `${kind} ${metadata.name} has no running pod`;
      return shareOf(pods, scope.percentage, scope.experiment).map(
        (pod): Change => ({
          type: "remove-pod",
          target: targetOf(pod),
          uid: pod.metadata.uid,
          how: "delete",
          what: `delete the pod; ${kind} ${metadata.name} makes a new one`,
        }),
      );
    }),
};
