import { z } from "zod";
import type { ResourceQuota } from "../../cluster/kubernetes-types.ts";
import { isKind } from "../../cluster/kubernetes-types.ts";
import { rolloutKinds } from "../../cluster/workload.ts";
import type { Change } from "../change.ts";
import { type Method, planned, refused, runLabel, selectObjects } from "../scope.ts";
import { setFields } from "../workload.ts";
import { coreGrants, workloadGrants } from "./grants.ts";
import { restartOf } from "./restart.ts";
import { quantity, workloadTarget } from "./target.ts";

export const squeezeQuotaStep = z.strictObject({
  method: z.literal("squeeze-quota"),
  namespace: z.string().min(1).optional(),
  /** The quota that is there; without one a quota is made for the time of the experiment. */
  quota: z.string().min(1).optional(),
  hard: z.record(z.string().min(1), quantity).refine((hard) => Object.keys(hard).length > 0, "needs a resource"),
  /** A quota stops new pods only: who is to need some. */
  restart: workloadTarget.optional(),
});

/** Lowers what a namespace may have, so that new pods are forbidden. */
export const squeezeQuota: Method<z.infer<typeof squeezeQuotaStep>> = {
  kinds: ["ResourceQuota", ...rolloutKinds],
  permissions: [
    ...workloadGrants("squeeze-quota"),
    ...coreGrants("squeeze-quota", "resourcequotas", ["list", "get", "patch", "create", "delete"]),
  ],
  plan({ namespace, quota, hard, restart }, scope, snapshot) {
    const there = namespace ?? scope.namespaces[0] ?? "";
    if (!scope.namespaces.includes(there)) return refused(`${there} is outside the blast radius`);
    const words = Object.entries(hard)
      .map(([resource, value]) => `${resource} ${value}`)
      .join(", ");
    const changes: Change[] = [];
    if (quota === undefined) {
      const name = `kubemend-chaos-${scope.run}-quota`;
      const metadata = { name, namespace: there, labels: { [runLabel]: scope.run } };
      changes.push({
        type: "create",
        target: { apiVersion: "v1", kind: "ResourceQuota", namespace: there, name },
        object: { apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard } },
        awaitReady: false,
        what: `a quota of ${words}`,
      });
    } else {
      const selected = selectObjects({ kind: "ResourceQuota", namespace: there, name: quota }, scope, snapshot);
      if (!selected.ok) return refused(selected.problem);
      for (const found of selected.objects.filter((one): one is ResourceQuota => isKind(one, "ResourceQuota")))
        changes.push(
          setFields(
            found,
            `lower it to ${words}`,
            Object.entries(hard).map(([resource, value]) => ({ path: ["spec", "hard", resource], value })),
          ),
        );
    }
    if (restart) {
      const again = restartOf(restart, scope, snapshot);
      if (!again.ok) return again;
      changes.push(...again.changes);
    }
    return planned(changes);
  },
};
