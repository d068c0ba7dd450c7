import type { Json } from "../json.ts";
import type { FieldError } from "../status-errors.ts";

/** `field` is a path such as `spec.ports[0].name`, here and in the others. */
export function requiredValue(field: string, detail = ""): FieldError {
  return {
    field,
    reason: "FieldValueRequired",
    message: detail === "" ? "Required value" : `Required value: ${detail}`,
  };
}

/** Quotes the value as JSON; one that is absent as null. */
export function invalidValue(field: string, value: Json | undefined, detail: string): FieldError {
  return { field, reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(value ?? null)}: ${detail}` };
}

/** The field may not be there, or not be changed; its value is not quoted. */
export function forbiddenField(field: string, detail: string): FieldError {
  return { field, reason: "FieldValueForbidden", message: `Forbidden: ${detail}` };
}

/** At the place of the second of two. */
export function duplicateValue(field: string, value: Json): FieldError {
  return { field, reason: "FieldValueDuplicate", message: `Duplicate value: ${JSON.stringify(value)}` };
}

/** Lists what is supported in the order given. */
export function unsupportedValue(field: string, value: Json, supported: readonly string[]): FieldError {
  const list = supported.map((s) => JSON.stringify(s)).join(", ");
  return {
    field,
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
  };
}

/** For what has a bound in bytes; the value is not quoted. */
export function tooLong(field: string, limit: number): FieldError {
  return { field, reason: "FieldValueTooLong", message: `Too long: may not be more than ${limit} bytes` };
}

/** A number below its minimum, in the words the API uses for counts. */
export function atLeast(field: string, value: Json | undefined, minimum: number): FieldError[] {
  if (typeof value !== "number" || value >= minimum) return [];
  return [invalidValue(field, value, `must be greater than or equal to ${minimum}`)];
}

/** The items whose key an earlier one has, by their places; items without a key are left out. */
export function duplicates<T>(
  items: readonly T[],
  keyOf: (item: T) => string | undefined,
): { index: number; key: string }[] {
  const seen = new Set<string>();
  const found: { index: number; key: string }[] = [];
  for (const [index, item] of items.entries()) {
    const key = keyOf(item);
    if (key === undefined) continue;
    if (seen.has(key)) found.push({ index, key });
    seen.add(key);
  }
  return found;
}
