import { readFile } from "node:fs/promises";
import { AppError, inputError } from "../lib/app-error.ts";
import { createSettingsJudge } from "../lib/judge-settings.ts";
import { readYaml } from "../lib/read-yaml.ts";
import { whyRefused } from "../lib/why-refused.ts";
import { type Config, configSchema } from "./config.ts";
import { environmentSettings, withEnvironment } from "./environment.ts";
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
  // Before YAML is asked: within braces the comment takes their end along, and what is told then is another line.
  const swallowed = swallowedNames(source);
  if (swallowed.length > 0) return { ...nothing, problems: swallowed };
  const read = readYaml(source);
  if (!read.ok) return { ...nothing, problems: read.problems };
  const settings = read.value ?? {};
  if (typeof settings !== "object" || Array.isArray(settings))
    return { ...nothing, problems: ["it must be a map of settings"] };
  return { settings: withoutEmpty(settings) as Record<string, unknown>, problems: [], lineOf: read.lineOf };
}

/** `channel: #ops`, alone on its line or within braces; not what is a comment itself. */
const swallowedName = /^(?:[^#\n]|"#)*?(?:^|[\s{,])(channel|fallbackChannel|userGroup):[ \t]*#\S/;

function swallowedNames(source: string): readonly string[] {
  return source.split("\n").flatMap((line, i) => {
    const name = swallowedName.exec(line)?.[1];
    return name ? [`line ${i + 1}: # begins a comment, so ${name} is empty; put the name in quotes`] : [];
  });
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

const judge = createSettingsJudge(configSchema);

export interface ReadConfig {
  /** Of the file and the environment, as they stand there: for what else they name, right or wrong. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly judged: { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly error: AppError };
}

/** What a role cannot work with in settings that are right for others. */
export interface RoleProblem {
  readonly setting: string;
  readonly problem: string;
}

/**
 * Reads the configuration file (if one is named), lays the environment and the files it names over it, and checks it. Every
 * problem is told at once (exit code 2).
 */
export async function readConfig(
  path: string | undefined,
  env: NodeJS.ProcessEnv,
  judgeRole: (config: Config) => readonly RoleProblem[] = () => [],
): Promise<ReadConfig> {
  const secrets = await withSecretFiles(env);
  let read = nothing;
  try {
    if (path !== undefined) read = await readSettings(path);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { settings: withEnvironment({}, secrets.env), judged: { ok: false, error } };
  }
  const { lineOf } = read;
  const settings = withEnvironment(read.settings, secrets.env);
  const judged = judge(settings, { lineOf, alsoCalled: variableOf });
  const described = judged.ok
    ? judgeRole(judged.value).map(({ setting, problem }) => {
        const line = lineOf(setting.split("."));
        const alias = variableOf(setting);
        return `${setting}${alias ? ` (or ${alias})` : ""}: ${problem}${line === undefined ? "" : ` (line ${line})`}`;
      })
    : judged.problems;
  const all = [...read.problems, ...secrets.problems, ...described];
  if (judged.ok && all.length === 0) return { settings, judged: { ok: true, config: judged.value } };
  const source = path ?? "the environment";
  const error = inputError(
    "config-invalid",
    `The configuration (${source}) has ${all.length} problem${all.length === 1 ? "" : "s"}:\n${all.map((problem) => `  - ${problem}`).join("\n")}`,
    example,
  );
  return { settings, judged: { ok: false, error } };
}

/** The configuration of a file and the environment. @throws AppError (exit code 2) that lists every problem at once. */
export async function loadConfig(path: string | undefined, env: NodeJS.ProcessEnv): Promise<Config> {
  const { judged } = await readConfig(path, env);
  if (!judged.ok) throw judged.error;
  return judged.config;
}
