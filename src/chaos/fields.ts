import { canonicalJson } from "../lib/stable-hash.ts";
import type { FieldChange, Path } from "./change.ts";

/** An operation of a JSON Patch (RFC 6902). */
export interface PatchOp {
  readonly op: "add" | "replace" | "remove" | "test";
  readonly path: string;
  readonly value?: unknown;
}

type Place =
  | { readonly found: true; readonly pointer: string; readonly value: unknown }
  /** `missing`: the steps that are not there; `pointer`: of the last value that is. */
  | { readonly found: false; readonly pointer: string; readonly missing: Path; readonly parent: unknown };

const escaped = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function locate(object: unknown, path: Path): Place {
  let pointer = "";
  let at: unknown = object;
  for (const [depth, step] of path.entries()) {
    const missing: Place = { found: false, pointer, missing: path.slice(depth), parent: at };
    if (typeof step === "string") {
      if (!isMap(at) || at[step] === undefined) return missing;
      pointer += `/${escaped(step)}`;
      at = at[step];
    } else {
      const index = Array.isArray(at) ? at.findIndex((item) => isMap(item) && item["name"] === step.name) : -1;
      if (!Array.isArray(at) || index < 0) return missing;
      pointer += `/${index}`;
      at = at[index];
    }
  }
  return { found: true, pointer, value: at };
}

/** The value at a path; undefined when it is not there. */
export function fieldAt(object: unknown, path: Path): unknown {
  const place = locate(object, path);
  return place.found ? place.value : undefined;
}

/** Equal as data: a field that is absent and an undefined one are the same. */
export function sameValue(a: unknown, b: unknown): boolean {
  return (a === undefined) === (b === undefined) && canonicalJson(a) === canonicalJson(b);
}

/** Whether a value is what was written, and what the API adds to it by default. */
export function holdsValue(now: unknown, written: unknown): boolean {
  if (isMap(written)) return isMap(now) && Object.entries(written).every(([key, value]) => holdsValue(now[key], value));
  if (Array.isArray(written))
    return (
      Array.isArray(now) && now.length === written.length && written.every((item, at) => holdsValue(now[at], item))
    );
  return sameValue(now, written);
}

/**
 * The change that sets a path to a value, at the highest place that is not there yet: putting it back then leaves no
 * empty maps behind. `after` undefined takes the field away.
 */
export function setField(object: unknown, path: Path, after: unknown): FieldChange {
  const place = locate(object, path);
  if (place.found) {
    if (after !== undefined) return { path, before: place.value, after };
    const isItem = typeof path.at(-1) === "object";
    return { path, before: place.value, ...(isItem ? { at: Number(place.pointer.split("/").at(-1)) } : {}) };
  }
  if (after === undefined) return { path };
  const [first, ...below] = place.missing;
  const there = path.length - place.missing.length;
  const named = (step: { readonly name: string }, inner: unknown) =>
    isMap(inner) ? { name: step.name, ...inner } : inner;
  const value = below.reduceRight<unknown>(
    (inner, step) => (typeof step === "string" ? { [step]: inner } : [named(step, inner)]),
    after,
  );
  const whole = first !== undefined && typeof first !== "string" ? named(first, value) : value;
  return { path: path.slice(0, there + 1), after: whole };
}

/**
 * The operations that bring a path to a value in the object as it is now. Items of lists are found by name, because
 * somebody may have put others before them meanwhile. Undefined when its surroundings are gone.
 */
export function opsToSet(
  object: unknown,
  { path, at }: Pick<FieldChange, "path" | "at">,
  value: unknown,
): readonly PatchOp[] | undefined {
  const place = locate(object, path);
  if (place.found) {
    if (value === undefined) return [{ op: "remove", path: place.pointer }];
    return sameValue(place.value, value) ? [] : [{ op: "replace", path: place.pointer, value }];
  }
  if (value === undefined) return [];
  const [step, ...more] = place.missing;
  if (step === undefined || more.length > 0) return undefined;
  if (typeof step === "string")
    return isMap(place.parent) ? [{ op: "add", path: `${place.pointer}/${escaped(step)}`, value }] : undefined;
  if (!Array.isArray(place.parent)) return undefined;
  const index = at === undefined || at >= place.parent.length ? "-" : at;
  return [{ op: "add", path: `${place.pointer}/${index}`, value }];
}
