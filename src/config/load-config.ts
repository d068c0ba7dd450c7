import { readFile } from "node:fs/promises";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { inputError, messageOf } from "../lib/app-error.ts";
import { type Config, configSchema } from "./config.ts";
import { environmentSettings, withEnvironment } from "./environment.ts";
import { nearestSetting, settingsBelow } from "./nearest-setting.ts";

const example = "See docs/configuration.md for every setting; kubemend doctor checks the result.";

async function readSettings(path: string): Promise<{ settings: Record<string, unknown>; problems: string[] }> {
  const source = await readFile(path, "utf8").catch((cause: unknown) => {
    throw inputError(
      "config-missing",
      `The configuration file ${path} cannot be read.`,
      "Give the right path with --config, or leave it out to use defaults and the environment.",
      cause,
    );
  });
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    return {
      settings: {},
      problems: document.errors.map((error) => `line ${lines.linePos(error.pos[0]).line}: ${error.message}`),
    };
  }
  let settings: unknown;
  try {
    settings = document.toJS({ maxAliasCount: 50 }) ?? {};
  } catch (error) {
    // Aliases that multiply each other, or one that names nothing.
    return { settings: {}, problems: [messageOf(error)] };
  }
  if (typeof settings !== "object" || Array.isArray(settings) || settings === null)
    return { settings: {}, problems: ["it must be a map of settings"] };
  return { settings: settings as Record<string, unknown>, problems: [] };
}

/** One problem a line: where, what, and what would be right. Values are not repeated: they may be secrets. */
function describe(issue: z.core.$ZodIssue): string[] {
  const where = issue.path.join(".") || "(top)";
  const variable = Object.entries(environmentSettings).find(([, path]) => path.join(".") === where)?.[0];
  const place = variable ? `${where} (or ${variable})` : where;
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => {
      const known = settingsBelow(issue.path);
      const meant = nearestSetting(key, known);
      const fix = meant ? `did you mean ${meant}?` : `there are ${known.join(", ")}`;
      return `${where === "(top)" ? key : `${where}.${key}`}: there is no such setting; ${fix}`;
    });
  return [`${place}: ${issue.message}`];
}

/**
 * Reads the configuration file (if one is named), lays the environment over it and checks it.
 * @throws AppError (exit code 2) that lists every problem at once.
 */
export async function loadConfig(path: string | undefined, env: NodeJS.ProcessEnv): Promise<Config> {
  const { settings, problems } = path === undefined ? { settings: {}, problems: [] } : await readSettings(path);
  const parsed = configSchema.safeParse(withEnvironment(settings, env));
  const all = [...problems, ...(parsed.success ? [] : parsed.error.issues.flatMap(describe))];
  if (parsed.success && all.length === 0) return parsed.data;
  const source = path ?? "the environment";
  throw inputError(
    "config-invalid",
    `The configuration (${source}) has ${all.length} problem${all.length === 1 ? "" : "s"}:\n${all.map((problem) => `  - ${problem}`).join("\n")}`,
    example,
  );
}
