import { readFile } from "node:fs/promises";
import { defaultPolicy, type Policy, policySchema } from "../../actions/policy/policy-file.ts";
import { inputError } from "../../lib/app-error.ts";
import { createSettingsJudge } from "../../lib/judge-settings.ts";
import { readYaml } from "../../lib/read-yaml.ts";
import { whyRefused } from "../../lib/why-refused.ts";

const judge = createSettingsJudge(policySchema);

/** The policy of a file, or the one that holds without. @throws AppError (exit code 2) when the file is not a valid policy */
export async function loadPolicy(path: string | undefined): Promise<Policy> {
  if (path === undefined) return defaultPolicy;
  const unreadable = (why: string, cause?: unknown) =>
    inputError(
      "policy-unreadable",
      `The policy ${path} cannot be read: ${why}.`,
      "Without a valid policy nothing may be changed; fix the file or take the setting out.",
      cause,
    );
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw unreadable(whyRefused(cause), cause);
  });
  const read = readYaml(text);
  if (!read.ok) throw unreadable(read.problems.join("; ").slice(0, 400));
  const judged = judge(read.value, { lineOf: read.lineOf });
  if (judged.ok) return judged.value;
  const { problems } = judged;
  throw inputError(
    "policy-invalid",
    `The policy ${path} has ${problems.length} problem${problems.length === 1 ? "" : "s"}:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`,
    "See docs/policy.md.",
  );
}
