import { z } from "zod";
import { type Method, planned, refused, selectObjects } from "../scope.ts";
import { asService, setFields } from "../workload.ts";
import { coreGrants } from "./grants.ts";
import { namedTarget } from "./target.ts";

export const wrongSelectorStep = z.strictObject({
  method: z.literal("wrong-selector"),
  service: namedTarget,
  /** Default: the first label of the selector. */
  label: z.string().min(1).optional(),
});

/** Points a Service at pods that do not exist. */
export const wrongSelector: Method<z.infer<typeof wrongSelectorStep>> = {
  kinds: ["Service"],
  permissions: coreGrants("wrong-selector", "services", ["list", "get", "patch"]),
  plan({ service: named, label }, scope, snapshot) {
    const selected = selectObjects({ kind: "Service", ...named }, scope, snapshot);
    if (!selected.ok) return refused(selected.problem);
    const service = asService(selected.objects[0]);
    const selector = service?.spec.selector ?? {};
    const key = label ?? Object.keys(selector).sort()[0];
    const value = key === undefined ? undefined : selector[key];
    if (!service || key === undefined || value === undefined)
      return refused(`Service ${named.name} has no ${label ? `label ${label} in its selector` : "selector"}`);
    // 63 characters is the longest value of a label.
    const wrong = `${value.slice(0, 53)}-elsewhere`;
    return planned([
      setFields(service, `selector ${key}=${value} → ${wrong}`, [{ path: ["spec", "selector", key], value: wrong }]),
    ]);
  },
};
