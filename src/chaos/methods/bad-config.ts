import { z } from "zod";
import type { ConfigMap } from "../../cluster/kubernetes-types.ts";
import { isKind } from "../../cluster/kubernetes-types.ts";
import { rolloutKinds } from "../../cluster/workload.ts";
import type { Change } from "../change.ts";
import { type Method, planned, refused, selectObjects } from "../scope.ts";
import { setFields } from "../workload.ts";
import { coreGrants, workloadGrants } from "./grants.ts";
import { restartOf } from "./restart.ts";
import { namedTarget, workloadTarget } from "./target.ts";

export const badConfigStep = z.strictObject({
  method: z.literal("bad-config"),
  configMap: namedTarget,
  key: z.string().min(1).max(253),
  value: z.string().max(100_000),
  /** The workload that reads it; without a restart most programs go on with what they read at their start. */
  restart: workloadTarget.optional(),
});

/** Changes a key of a ConfigMap, and restarts who reads it. */
export const badConfig: Method<z.infer<typeof badConfigStep>> = {
  kinds: ["ConfigMap", ...rolloutKinds],
  permissions: [...workloadGrants("bad-config"), ...coreGrants("bad-config", "configmaps", ["list", "get", "patch"])],
  plan({ configMap, key, value, restart }, scope, snapshot) {
    const selected = selectObjects({ kind: "ConfigMap", ...configMap }, scope, snapshot);
    if (!selected.ok) return refused(selected.problem);
    const [map] = selected.objects.filter((object): object is ConfigMap => isKind(object, "ConfigMap"));
    if (!map) return refused(`there is no ConfigMap ${configMap.name}`);
    if (map.data?.[key] === undefined)
      return refused(
        `ConfigMap ${configMap.name} has no key ${key}, but ${Object.keys(map.data ?? {}).join(", ") || "none"}`,
      );
    if (map.data[key] === value) return refused(`ConfigMap ${configMap.name} has that value already`);
    const changes: Change[] = [setFields(map, `change the key ${key}`, [{ path: ["data", key], value }])];
    if (restart) {
      const again = restartOf(restart, scope, snapshot);
      if (!again.ok) return again;
      changes.push(...again.changes);
    }
    return planned(changes);
  },
};
