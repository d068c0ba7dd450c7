import { z } from "zod";
import { parseQuantity } from "../../cluster/quantity.ts";
import { rolloutKinds } from "../../cluster/workload.ts";
import type { Method } from "../scope.ts";
import { containerOf, inContainer, setFields } from "../workload.ts";
import { eachWorkload } from "./each-workload.ts";
import { workloadGrants } from "./grants.ts";
import { quantity, workloadTarget } from "./target.ts";

const common = { target: workloadTarget, container: z.string().min(1).optional(), limit: quantity };

export const starveCpuStep = z.strictObject({ method: z.literal("starve-cpu"), ...common });
export const starveMemoryStep = z.strictObject({ method: z.literal("starve-memory"), ...common });

function starve<Step extends z.infer<typeof starveCpuStep> | z.infer<typeof starveMemoryStep>>(
  resource: "cpu" | "memory",
): Method<Step> {
  return {
    kinds: rolloutKinds,
    permissions: workloadGrants(`starve-${resource}`),
    plan: ({ target, container: name, limit }, scope, snapshot) =>
      eachWorkload(target, scope, snapshot, (workload) => {
        const container = containerOf(workload, name);
        if (typeof container === "string") return container;
        const { limits, requests } = container.resources ?? {};
        const now = parseQuantity(limits?.[resource]);
        const wanted = parseQuantity(limit) ?? 0;
        if (now !== undefined && now <= wanted)
          return `${workload.kind} ${workload.metadata.name} has a ${resource} limit of ${limits?.[resource]} already; ${limit} starves nothing`;
        // The API refuses a request above its limit.
        const lowerRequest = (parseQuantity(requests?.[resource]) ?? 0) > wanted;
        return setFields(
          workload,
          `${resource} limit of ${container.name} ${limits?.[resource] ?? "none"} → ${limit}`,
          [
            { path: inContainer(container, "resources", "limits", resource), value: limit },
            ...(lowerRequest
              ? [{ path: inContainer(container, "resources", "requests", resource), value: limit }]
              : []),
          ],
        );
      }),
  };
}

/** A CPU limit below what the load needs: the container is throttled. */
export const starveCpu = starve<z.infer<typeof starveCpuStep>>("cpu");
/** A memory limit below the working set: the container is killed. */
export const starveMemory = starve<z.infer<typeof starveMemoryStep>>("memory");
