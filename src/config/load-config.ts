import { readFile } from "node:fs/promises";
import type { z } from "zod";
import { inputError } from "../lib/app-error.ts";
import { readYaml } from "../lib/read-yaml.ts";
import { whyRefused } from "../lib/why-refused.ts";
import { type Config, configSchema } from "./config.ts";
import { environmentSettings, withEnvironment } from "./environment.ts";
import { nearestSetting, settingsBelow } from "./nearest-setting.ts";
import { withSecretFiles } from "./secret-files.ts";

const example = "See docs/configuration.md for every setting; kubemend doctor checks the result.";

interface ReadSettings {
  readonly settings: Record<string, unknown>;
  readonly problems: readonly string[];
  /** Line of a setting in the file; undefined for what is not there. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
}

const nothing: ReadSettings = { settings: {}, problems: [], lineOf: () => undefined };

async function readSettings(path: string): Promise<ReadSettings> {
  const source = await readFile(path, "utf8").catch((cause: unknown) => {
    throw inputError(
      "config-missing",
      `The configuration file ${path} cannot be read: ${whyRefused(cause)}.`,
      "Give the right path with --config, or leave it out to use defaults and the environment.",
      cause,
    );
  });
  const read = readYaml(source);
  if (!read.ok) return { ...nothing, problems: read.problems };
  const settings = read.value ?? {};
  if (typeof settings !== "object" || Array.isArray(settings))
    return { ...nothing, problems: ["it must be a map of settings"] };
  return { settings: withoutEmpty(settings) as Record<string, unknown>, problems: [], lineOf: read.lineOf };
}

/** A heading whose settings are all commented out, or a setting without a value, counts as not set. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutEmpty(inner)]])),
  );
}

/** A file with more settings that do not exist is another file. */
const mostUnknown = 50;

/** What would be right, without the schema's own words. */
function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code === "too_small" && issue.origin === "string" && issue.minimum === 1) return "must not be empty";
  if ((issue.code === "too_big" || issue.code === "too_small") && issue.origin !== "array")
    return issue.code === "too_big"
      ? `must be ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${issue.origin === "string" ? " characters" : ""}`
      : `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${issue.origin === "string" ? " characters" : ""}`;
  return issue.message.replace(/^Invalid input: /, "");
}

/** One problem a line: where, what, and what would be right. Values are not repeated: they may be secrets. */
function describe(issue: z.core.$ZodIssue, lineOf: ReadSettings["lineOf"]): string[] {
  const at = (path: readonly PropertyKey[]) => {
    const line = lineOf(path);
    return line === undefined ? "" : ` (line ${line})`;
  };
  const where = issue.path.join(".") || "(top)";
  const variable = Object.entries(environmentSettings).find(([, path]) => path.join(".") === where)?.[0];
  const place = variable ? `${where} (or ${variable})` : where;
  if (issue.code === "unrecognized_keys") {
    const known = settingsBelow(issue.path);
    const told = issue.keys.slice(0, mostUnknown).map((key) => {
      const meant = nearestSetting(key, known);
      const fix = meant ? `did you mean ${meant}?` : `there are ${known.join(", ")}`;
      return `${where === "(top)" ? key : `${where}.${key}`}: there is no such setting; ${fix}${at([...issue.path, key])}`;
    });
    const more = issue.keys.length - told.length;
    return more > 0 ? [...told, `${where}: and ${more} more that there are not`] : told;
  }
  return [`${place}: ${inWords(issue)}${at(issue.path)}`];
}

/**
 * Reads the configuration file (if one is named), lays the environment and the files it names over it, and checks it.
 * @throws AppError (exit code 2) that lists every problem at once.
 */
export async function loadConfig(path: string | undefined, env: NodeJS.ProcessEnv): Promise<Config> {
  const { settings, problems, lineOf } = path === undefined ? nothing : await readSettings(path);
  const secrets = await withSecretFiles(env);
  const parsed = configSchema.safeParse(withEnvironment(settings, secrets.env));
  const described = parsed.success ? [] : parsed.error.issues.flatMap((issue) => describe(issue, lineOf));
  const all = [...problems, ...secrets.problems, ...described];
  if (parsed.success && all.length === 0) return parsed.data;
  const source = path ?? "the environment";
  throw inputError(
    "config-invalid",
    `The configuration (${source}) has ${all.length} problem${all.length === 1 ? "" : "s"}:\n${all.map((problem) => `  - ${problem}`).join("\n")}`,
    example,
  );
}
