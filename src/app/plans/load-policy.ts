import { readFile } from "node:fs/promises";
import { parse as parseYaml } from "yaml";
import { defaultPolicy, type Policy, policySchema } from "../../actions/policy/policy-file.ts";
import { inputError, messageOf } from "../../lib/app-error.ts";

/** The policy of a file, or the one that holds without. @throws AppError (exit code 2) when the file is not a valid policy */
export async function loadPolicy(path: string | undefined): Promise<Policy> {
  if (path === undefined) return defaultPolicy;
  const parsed = policySchema.safeParse(
    await readFile(path, "utf8")
      .then((text): unknown => parseYaml(text, { maxAliasCount: 20 }))
      .catch((cause: unknown) => {
        throw inputError(
          "policy-unreadable",
          `The policy ${path} cannot be read: ${messageOf(cause, 160)}.`,
          "Without a valid policy nothing may be changed; fix the file or take the setting out.",
          cause,
        );
      }),
  );
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `  - ${issue.path.join(".") || "(top)"}: ${issue.message}`);
  throw inputError(
    "policy-invalid",
    `The policy ${path} has ${problems.length} problem${problems.length === 1 ? "" : "s"}:\n${problems.join("\n")}`,
    "See docs/policy.md.",
  );
}
