import type { Policy } from "../actions/policy/policy-file.ts";
import type { Config } from "../config/config.ts";
import { inputError } from "../lib/app-error.ts";

/** A rule that asks for codes nobody can check is a rule by which nobody can approve. @throws AppError (exit code 2) */
export function refuseCodesWithoutKey(
  { rules }: Policy,
  { policy, secondFactor }: Pick<Config, "policy" | "secondFactor">,
): void {
  const asking = rules.filter((rule) => rule.secondFactor !== "never").map(({ name }) => JSON.stringify(name));
  if (asking.length === 0 || secondFactor.key !== undefined) return;
  throw inputError(
    "second-factor-key-missing",
    `The policy ${policy} asks for one-time codes (${asking.join(", ")}), and there is no key to check them with.`,
    "Set secondFactor.key (KUBEMEND_SECOND_FACTOR_KEY) to the output of: openssl rand -base64 32; docs/policy.md tells more.",
  );
}
