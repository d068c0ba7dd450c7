import { readFile } from "node:fs/promises";
import { inputError } from "../lib/app-error.ts";
import { readYaml } from "../lib/read-yaml.ts";
import { whyRefused } from "../lib/why-refused.ts";
import { type Config, configSchema } from "./config.ts";
import { describeIssue } from "./describe-issue.ts";
import { environmentSettings, withEnvironment } from "./environment.ts";
import { settingsBelow } from "./nearest-setting.ts";
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
  const swallowed = [...source.matchAll(/^[ \t]*(?:- )?(channel|fallbackChannel|userGroup):[ \t]*#\S/gm)].map(
    ({ 1: name, index }) =>
      `line ${source.slice(0, index).split("\n").length}: # begins a comment, so ${name} is empty; put the name in quotes`,
  );
  if (swallowed.length > 0) return { ...nothing, problems: swallowed };
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

/** Which environment variable sets a setting. */
const variableOf = (setting: string) =>
  Object.entries(environmentSettings).find(([, path]) => path.join(".") === setting)?.[0];

/**
 * Reads the configuration file (if one is named), lays the environment and the files it names over it, and checks it.
 * @throws AppError (exit code 2) that lists every problem at once.
 */
export async function loadConfig(path: string | undefined, env: NodeJS.ProcessEnv): Promise<Config> {
  const { settings, problems, lineOf } = path === undefined ? nothing : await readSettings(path);
  const secrets = await withSecretFiles(env);
  const parsed = configSchema.safeParse(withEnvironment(settings, secrets.env));
  const described = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => describeIssue(issue, { lineOf, settingsBelow, alsoCalled: variableOf }));
  const all = [...problems, ...secrets.problems, ...described];
  if (parsed.success && all.length === 0) return parsed.data;
  const source = path ?? "the environment";
  throw inputError(
    "config-invalid",
    `The configuration (${source}) has ${all.length} problem${all.length === 1 ? "" : "s"}:\n${all.map((problem) => `  - ${problem}`).join("\n")}`,
    example,
  );
}
