import { readFile } from "node:fs/promises";
import { whyRefused } from "../lib/why-refused.ts";
import { environmentSettings } from "./environment.ts";

const suffix = "_FILE";
/** Tokens and addresses are short; what is longer is another file. */
const maxChars = 64 * 1_024;

/**
 * Lays over the environment what `<variable>_FILE` names: a file with the value and nothing else, as Secrets are mounted. Its
 * last line feed does not count.
 * @returns the problems too, by the name of the variable; the value of a secret is in none of them
 */
export async function withSecretFiles(
  env: NodeJS.ProcessEnv,
): Promise<{ readonly env: NodeJS.ProcessEnv; readonly problems: readonly string[] }> {
  const laid: NodeJS.ProcessEnv = { ...env };
  const problems: string[] = [];
  for (const name of Object.keys(environmentSettings)) {
    const path = env[`${name}${suffix}`];
    if (!path) continue;
    if (env[name]) {
      problems.push(`${name}${suffix}: ${name} is set too; keep one of both`);
      continue;
    }
    try {
      const value = (await readFile(path, "utf8")).replace(/\r?\n$/, "");
      if (value === "") problems.push(`${name}${suffix}: ${path} is empty`);
      else if (value.length > maxChars) problems.push(`${name}${suffix}: ${path} is too long for a secret`);
      else laid[name] = value;
    } catch (error) {
      problems.push(`${name}${suffix}: ${path} cannot be read: ${whyRefused(error)}`);
    }
  }
  return { env: laid, problems };
}

/** Variables that kubemend reads: settings, and files that hold them. */
export const variables: readonly string[] = Object.keys(environmentSettings).flatMap((name) => [
  name,
  `${name}${suffix}`,
]);
