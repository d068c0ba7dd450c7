import { isFields } from "../json.ts";

/** Where the text is shown; some blocks and elements exist only on some surfaces. */
export type Surface = "message" | "modal" | "home";

/** What a check is given beside the value: where problems go and what the whole payload has used so far. */
export interface Inspection {
  readonly surface: Surface;
  /** Problems in Slack's words, each with its JSON pointer. */
  readonly problems: string[];
  /** Says whether a `slack_file` (by id or URL) is an image that the app may show. */
  readonly knowsFile: (idOrUrl: string) => boolean;
}

export type Check = (value: unknown, at: string, inspection: Inspection) => void;

/**
 * Notes a problem in Slack's words with the JSON pointer of its place; checking goes on, since Slack tells all of them
 * at once.
 */
export function complain(inspection: Inspection, message: string, at: string): void {
  inspection.problems.push(`${message} [json-pointer:${at}]`);
}

/** Text of at least `min` and at most `max` characters (UTF-16 units, as Slack counts them). */
export function text(max: number, min = 0): Check {
  return (value, at, inspection) => {
    if (typeof value !== "string") return complain(inspection, "must provide a string", at);
    if (value.length > max) complain(inspection, `must be less than ${max + 1} characters`, at);
    // Slack counts white space as nothing here: " " is refused like "".
    if (value.trim().length < min) complain(inspection, `must be more than ${min - 1} characters`, at);
  };
}

/** A text of up to `max` characters that matches; `regex` must not have the flag `g`, which remembers where it was. */
export function pattern(regex: RegExp, max = 3_000): Check {
  return (value, at, inspection) => {
    if (typeof value !== "string") return complain(inspection, "must provide a string", at);
    if (value.length > max) complain(inspection, `must be less than ${max + 1} characters`, at);
    else if (!regex.test(value)) complain(inspection, `input must match regex pattern: ${regex.source}`, at);
  };
}

export const url: Check = pattern(/^(https?|slack|mailto):\S+$/);

export const bool: Check = (value, at, inspection) => {
  if (typeof value !== "boolean") complain(inspection, "must provide a boolean", at);
};

/** Both bounds are allowed values. */
export function integer(min: number, max: number): Check {
  return (value, at, inspection) => {
    if (typeof value !== "number" || !Number.isInteger(value))
      return complain(inspection, "must provide an integer", at);
    if (value < min) complain(inspection, `must be greater than or equal to ${min}`, at);
    if (value > max) complain(inspection, `must be less than or equal to ${max}`, at);
  };
}

/** One of these texts; case counts. */
export function among(...values: readonly string[]): Check {
  return (value, at, inspection) => {
    if (typeof value !== "string" || !values.includes(value))
      complain(inspection, `must be a valid enum value: ${values.join(", ")}`, at);
  };
}

/** Items are checked although there are too many, as Slack does. */
export function list(item: Check, max: number, min = 0): Check {
  return (value, at, inspection) => {
    if (!Array.isArray(value)) return complain(inspection, "must provide an array", at);
    if (value.length > max) complain(inspection, `no more than ${max} items allowed`, at);
    if (value.length < min) complain(inspection, `no less than ${min} items required`, at);
    value.forEach((entry, index) => {
      item(entry, `${at}/${index}`, inspection);
    });
  };
}

/** An object with these fields and no others. A name that ends in "?" is optional. */
export function shape(fields: Readonly<Record<string, Check>>, ...rules: readonly Check[]): Check {
  const required = Object.keys(fields).filter((name) => !name.endsWith("?"));
  const checks = new Map(Object.entries(fields).map(([name, check]) => [name.replace("?", ""), check]));
  return (value, at, inspection) => {
    if (!isFields(value)) return complain(inspection, "must provide an object", at);
    for (const name of required)
      if (value[name] === undefined) complain(inspection, `missing required field: ${name}`, at);
    for (const [name, entry] of Object.entries(value)) {
      const check = checks.get(name);
      if (!check) complain(inspection, `invalid additional property: ${name}`, at);
      else if (entry !== undefined) check(entry, `${at}/${name}`, inspection);
    }
    for (const rule of rules) rule(value, at, inspection);
  };
}

/** Chooses the check by the object's `type`; Slack reports the alternatives before the detail. */
export function byType(types: Readonly<Record<string, Check>>): Check {
  return (value, at, inspection) => {
    if (!isFields(value)) return complain(inspection, "must provide an object", at);
    const type = value.type;
    if (typeof type !== "string") return complain(inspection, "missing required field: type", at);
    const check = Object.hasOwn(types, type) ? types[type] : undefined;
    if (!check) return complain(inspection, `unsupported type: ${type}`, `${at}/type`);
    check(value, at, inspection);
  };
}

/** Adds Slack's summary line above the details when the inner check finds anything. */
export function summarised(check: Check): Check {
  return (value, at, inspection) => {
    const inner: string[] = [];
    check(value, at, { ...inspection, problems: inner });
    if (inner.length === 0) return;
    complain(inspection, "failed to match all allowed schemas", at);
    inspection.problems.push(...inner);
  };
}

/** Exactly one of these fields must be there. */
export function oneOf(...names: readonly string[]): Check {
  return (value, at, inspection) => {
    const given = names.filter((name) => isFields(value) && value[name] !== undefined);
    if (given.length !== 1)
      complain(inspection, `must define exactly one of ${names.map((n) => `\`${n}\``).join(", ")}`, at);
  };
}

/** At least one of these fields must be there. */
export function someOf(...names: readonly string[]): Check {
  return (value, at, inspection) => {
    if (!names.some((name) => isFields(value) && value[name] !== undefined))
      complain(inspection, `must define either ${names.map((n) => `\`${n}\``).join(" or ")}`, at);
  };
}

/** Only on these surfaces. */
export function only(surfaces: readonly Surface[], check: Check): Check {
  return (value, at, inspection) => {
    if (!surfaces.includes(inspection.surface))
      return complain(inspection, `not supported in ${inspection.surface} surfaces`, at);
    check(value, at, inspection);
  };
}
