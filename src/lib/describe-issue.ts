import type { z } from "zod";
import { inside } from "./inside.ts";
import { nearestSetting } from "./nearest-setting.ts";

/** What the file that was checked, and its schema, know of a place. */
export interface IssueContext {
  /** What was checked. */
  readonly file: unknown;
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

function boundInWords(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall): string {
  // A schema that has words of its own.
  if (!/^Too (big|small): /.test(issue.message)) return issue.message.slice(0, 2_000);
  const { origin } = issue;
  const [bound, most] = issue.code === "too_big" ? [issue.maximum, true] : [issue.minimum, false];
  if (origin === "string" && bound === 1) return "must not be empty";
  if (origin === "array")
    return `must have at ${most ? "most" : "least"} ${bound} ${bound === 1 ? "entry" : "entries"}`;
  const unit = origin === "string" ? " characters" : "";
  if (issue.inclusive === false) return `must be ${most ? "less" : "more"} than ${bound}${unit}`;
  return `must be at ${most ? "most" : "least"} ${bound}${unit}`;
}

/** More words to choose from are not listed where one of them was meant. */
const fewWords = 12;

/** What would be right, without the schema's own words. @param value what stands there */
function inWords(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === null && issue.code === "invalid_type") return "is empty; give it a value, or leave it out";
  if (issue.code === "too_big" || issue.code === "too_small") return boundInWords(issue);
  const said = issue.message.replace(/^Invalid input: /, "");
  if (issue.code === "invalid_value") {
    const words = issue.values.map(String);
    const meant = typeof value === "string" && words.length > fewWords ? nearestSetting(value, words) : undefined;
    if (meant) return `is not known; did you mean ${meant}?`;
    return `must be ${words.length > 1 ? "one of " : ""}${words.join(", ")}`;
  }
  if (issue.code === "invalid_type" && said.startsWith("expected ")) {
    if (said.endsWith("received undefined")) return "is missing";
    return shapes[issue.expected] ?? said;
  }
  return said.slice(0, 2_000);
}

/** What is wrong within the only variant that was meant; undefined where none is, or several are. */
function ofVariant(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] | undefined {
  if (issue.code !== "invalid_union") return undefined;
  const meant = issue.errors.filter((errors) => !errors.some(isOtherKind));
  const [only, another] = meant;
  return another ? undefined : only?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** A variant that the value is not even in kind says nothing of what was meant. */
const isOtherKind = (issue: z.core.$ZodIssue): boolean =>
  issue.path.length === 0 &&
  (issue.code === "invalid_type" || (issue.code === "invalid_value" && issue.values.length === 1));

/** One problem a line: where, what, and what would be right. Values are not repeated: they may be secrets. */
export function describeIssue(issue: z.core.$ZodIssue, context: IssueContext): string[] {
  const variant = ofVariant(issue);
  if (variant) return variant.flatMap((inner) => describeIssue(inner, context));
  if (issue.path.length === 0 && (context.file === null || context.file === undefined)) return ["it is empty"];
  const where = issue.path.join(".") || "(top)";
  const alias = context.alsoCalled?.(where);
  const value = issue.path.reduce<unknown>(inside, context.file);
  const at = (path: readonly PropertyKey[]) => {
    // What is missing has the line of what it is missing from.
    const line = context.lineOf(value === undefined ? path.slice(0, -1) : path);
    return line === undefined ? "" : ` (line ${line})`;
  };
  if (issue.code !== "unrecognized_keys")
    return [`${alias ? `${where} (or ${alias})` : where}: ${inWords(issue, value)}${at(issue.path)}`];
  const known = context.settingsBelow(issue.path);
  const told = issue.keys.slice(0, mostUnknown).map((key) => {
    const meant = nearestSetting(key, known);
    const fix = meant ? `did you mean ${meant}?` : `there are ${known.join(", ")}`;
    return `${where === "(top)" ? key : `${where}.${key}`}: there is no such setting; ${fix}${at([...issue.path, key])}`;
  });
  const more = issue.keys.length - told.length;
  return more > 0 ? [...told, `${where}: and ${more} more that there are not`] : told;
}
