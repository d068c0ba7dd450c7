import type { z } from "zod";
import { describeIssue } from "./describe-issue.ts";
import { settingsOf } from "./settings-below.ts";

export type JudgedSettings<T> =
  | { readonly ok: true; readonly value: T }
  /** Every problem, each with its place and what would be right. */
  | { readonly ok: false; readonly problems: readonly string[] };

export interface JudgeContext {
  /** Line of a setting in the file; undefined for what is not there. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
  /** How a setting is called besides, such as by its environment variable. */
  readonly alsoCalled?: (path: string) => string | undefined;
}

type Path = readonly PropertyKey[];

const isBelow = (path: Path, above: Path) => above.every((key, at) => path[at] === key);

/** A copy without what stands at the paths; entries of lists stay, since the others are known by their place. */
function without(value: unknown, paths: readonly Path[]): unknown {
  if (paths.length === 0 || typeof value !== "object" || value === null) return value;
  const below = (key: PropertyKey) => paths.filter(([first]) => first === key).map(([, ...rest]) => rest);
  if (Array.isArray(value)) return value.map((item, at) => without(item, below(at)));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      below(key).some((rest) => rest.length === 0) ? [] : [[key, without(inner, below(key))]],
    ),
  );
}

const pathsOf = (issue: z.core.$ZodIssue): readonly Path[] =>
  issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];

/**
 * All issues, also those between settings, which the schema itself asks about only once each setting for itself is right:
 * what is wrong is taken out, and the rest is judged again.
 */
function allIssues(schema: z.ZodType, file: unknown, found: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  const wrong = found.flatMap(pathsOf);
  const again = schema.safeParse(without(file, wrong)).error?.issues ?? [];
  const more = again.filter((issue) => !wrong.some((path) => isBelow(issue.path, path) || isBelow(path, issue.path)));
  return [...found, ...more];
}

/** Judges what a file holds by its schema, and tells every problem in the words and lines of the file. */
export function createSettingsJudge<Schema extends z.ZodType>(schema: Schema) {
  const settingsBelow = settingsOf(schema);
  return (file: unknown, context: JudgeContext): JudgedSettings<z.output<Schema>> => {
    const parsed = schema.safeParse(file);
    if (parsed.success) return { ok: true, value: parsed.data };
    const issues = allIssues(schema, file, parsed.error.issues);
    const described = { ...context, file, settingsBelow: (path: Path) => settingsBelow(path, file) };
    return { ok: false, problems: issues.flatMap((issue) => describeIssue(issue, described)) };
  };
}
