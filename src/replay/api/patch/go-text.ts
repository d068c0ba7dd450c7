import { isObject, type Json } from "../json.ts";

/** How Go prints a decoded value with %v (`map[spec:map[replicas:three]]`): error texts quote patches like this. */
export function goText(value: Json | undefined): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (!isObject(value)) return String(value);
  const keys = Object.keys(value).sort();
  return `map[${keys.map((key) => `${key}:${goText(value[key])}`).join(" ")}]`;
}
