import { Environment } from "@marcbachmann/cel-js";
import type { CelPort } from "./api-server/policy-admission.ts";

/** CEL as the API server offers it to admission policies, as far as ours uses it. */
export function createCel(): CelPort {
  const environment = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false })
    // Of the regex library of Kubernetes: the first match, or nothing. RE2 there; what we use means the same here.
    .registerFunction(
      "string.find(string): string",
      (text: string, pattern: string) => new RegExp(pattern).exec(text)?.[0] ?? "",
    );
  return {
    compile(expression) {
      const parsed = environment.parse(expression);
      return (variables) => parsed({ ...variables });
    },
  };
}
