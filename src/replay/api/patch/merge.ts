import { copy, isObject, type Json, type JsonObject } from "../json.ts";

/** JSON merge patch, RFC 7396: maps merge, null removes, everything else (lists too) is replaced. */
export function applyMergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const result = copy(target);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || value === undefined) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

function merged(target: Json | undefined, value: Json): Json {
  if (!isObject(value)) return copy(value);
  return applyMergePatch(isObject(target) ? target : {}, value);
}
