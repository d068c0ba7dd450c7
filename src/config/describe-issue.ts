import type { z } from "zod";
import { nearestSetting } from "./nearest-setting.ts";

/** What the file that was checked, and its schema, know of a place. */
export interface IssueContext {
  /** Line of a setting in the file; undefined for what is not there. */
  readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
  /** Names of the settings below a path. */
  readonly settingsBelow: (path: readonly PropertyKey[]) => readonly string[];
  /** How a setting is called besides, such as by its environment variable. */
  readonly alsoCalled?: (path: string) => string | undefined;
}

/** A file with more settings that do not exist is another file. */
const mostUnknown = 50;

/** What a value of each type looks like in YAML. */
const shapes: Readonly<Record<string, string>> = {
  string: "must be text, in quotes where it looks like a number, a date or true",
  number: "must be a number, without quotes and without a unit",
  int: "must be a whole number, without quotes and without a unit",
  boolean: "must be true or false, without quotes",
  array: "must be a list, as in [a, b]",
  record: "must be a map of names and values",
  object: "must be a group of settings",
};

/** What would be right, without the schema's own words. */
function inWords(issue: z.core.$ZodIssue): string {
  if (issue.code === "too_small" && issue.origin === "string" && issue.minimum === 1) return "must not be empty";
  if ((issue.code === "too_big" || issue.code === "too_small") && issue.origin !== "array")
    return issue.code === "too_big"
      ? `must be ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${issue.origin === "string" ? " characters" : ""}`
      : `must be ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${issue.origin === "string" ? " characters" : ""}`;
  const said = issue.message.replace(/^Invalid input: /, "");
  if (issue.code === "invalid_value")
    return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.join(", ")}`;
  if (issue.code === "invalid_type" && said.startsWith("expected ")) {
    if (said.endsWith("received undefined")) return "is missing";
    return shapes[issue.expected] ?? said;
  }
  return said.slice(0, 2_000);
}

/** One problem a line: where, what, and what would be right. Values are not repeated: they may be secrets. */
export function describeIssue(issue: z.core.$ZodIssue, context: IssueContext): string[] {
  const at = (path: readonly PropertyKey[]) => {
    const line = context.lineOf(path);
    return line === undefined ? "" : ` (line ${line})`;
  };
  const where = issue.path.join(".") || "(top)";
  const alias = context.alsoCalled?.(where);
  if (issue.code !== "unrecognized_keys")
    return [`${alias ? `${where} (or ${alias})` : where}: ${inWords(issue)}${at(issue.path)}`];
  const known = context.settingsBelow(issue.path);
  const told = issue.keys.slice(0, mostUnknown).map((key) => {
    const meant = nearestSetting(key, known);
    const fix = meant ? `did you mean ${meant}?` : `there are ${known.join(", ")}`;
    return `${where === "(top)" ? key : `${where}.${key}`}: there is no such setting; ${fix}${at([...issue.path, key])}`;
  });
  const more = issue.keys.length - told.length;
  return more > 0 ? [...told, `${where}: and ${more} more that there are not`] : told;
}
