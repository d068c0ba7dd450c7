import { loadPolicy } from "../../app/plans/load-policy.ts";
import type { Config } from "../../config/config.ts";
import { AppError, messageOf } from "../../lib/app-error.ts";
import { refuseCodesWithoutKey } from "../codes-without-key.ts";
import { type Check, failed, ok } from "./check.ts";

/** Without a valid policy kubemend does not start, so that nothing is changed by mistake. */
export function policyCheck(config: Pick<Config, "policy" | "secondFactor">): Check {
  return {
    name: "Policy",
    async run() {
      try {
        const policy = await loadPolicy(config.policy);
        refuseCodesWithoutKey(policy, config);
        if (config.policy === undefined)
          return ok("none of yours: any member of the workspace approves, two for high risk, nothing by itself");
        const by = policy.autoApply.length > 0 ? `, ${policy.autoApply.length} for what is applied by itself` : "";
        return ok(`${policy.rules.length} rule${policy.rules.length === 1 ? "" : "s"} of ${config.policy}${by}`);
      } catch (error) {
        return failed(messageOf(error, 1_000), (error instanceof AppError && error.remedy) || "See docs/policy.md.");
      }
    },
  };
}
