import { z } from "zod";
import { rolloutKinds } from "../../cluster/workload.ts";
import type { Method } from "../scope.ts";
import { containerOf, inContainer, setFields } from "../workload.ts";
import { eachWorkload } from "./each-workload.ts";
import { workloadGrants } from "./grants.ts";
import { workloadTarget } from "./target.ts";

export const badEnvStep = z.strictObject({
  method: z.literal("bad-env"),
  target: workloadTarget,
  container: z.string().min(1).optional(),
  variable: z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, "must be the name of a variable"),
  /** Absent: the variable is taken away. */
  value: z.string().max(4_000).optional(),
});

/** Sets an environment variable to a wrong value, or takes it away. A variable that is not there is added. */
export const badEnv: Method<z.infer<typeof badEnvStep>> = {
  kinds: rolloutKinds,
  permissions: workloadGrants("bad-env"),
  plan: ({ target, container: name, variable, value }, scope, snapshot) =>
    eachWorkload(target, scope, snapshot, (workload) => {
      const container = containerOf(workload, name);
      if (typeof container === "string") return container;
      const now = container.env?.find((one) => one.name === variable);
      if (value === undefined && !now)
        return `${workload.kind} ${workload.metadata.name} has no variable ${variable} that could be taken away`;
      if (value !== undefined && now?.value === value)
        return `${workload.kind} ${workload.metadata.name} has ${variable} set to that already`;
      // The whole entry: a variable that came from a Secret must not keep its reference beside a value. No values in words.
      const entry = value === undefined ? undefined : { name: variable, value };
      return setFields(
        workload,
        `${value === undefined ? "take away" : now ? "change" : "add"} the variable ${variable}`,
        [{ path: inContainer(container, "env", { name: variable }), value: entry }],
      );
    }),
};
