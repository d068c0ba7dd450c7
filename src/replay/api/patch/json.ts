import { copy, isObject, type Json, type JsonObject, sameJson } from "../json.ts";
import { patchRejected } from "../status-errors.ts";

/**
 * Applies a JSON patch the way the API server does: like RFC 6902, but `replace` of a missing map key adds it.
 * @throws 422 without any detail when an operation fails.
 */
export function applyJsonPatch(target: JsonObject, operations: readonly Json[]): JsonObject {
  const root: { [key: string]: Json | undefined } = { "": copy(target) };
  for (const operation of operations) {
    if (!isObject(operation)) throw patchRejected();
    run(root, operation);
  }
  const result = root[""];
  if (!isObject(result)) throw patchRejected();
  return result;
}

function run(root: JsonObject, operation: JsonObject): void {
  const { op, path, from, value } = operation;
  if (typeof path !== "string") throw patchRejected();
  const place = locate(root, path);
  switch (op) {
    case "add":
      insert(place, required(operation));
      return;
    case "remove":
      take(place);
      return;
    case "replace":
      if (Array.isArray(place.parent)) {
        place.parent[existingIndex(place)] = copy(required(operation));
        return;
      }
      place.parent[place.key] = copy(required(operation));
      return;
    case "test":
      // A missing member equals null, as for the server.
      if (!sameJson(read(place) ?? null, value ?? null)) throw patchRejected();
      return;
    case "copy":
    case "move": {
      if (typeof from !== "string") throw patchRejected();
      const source = locate(root, from);
      const moved = op === "move" ? take(source) : read(source);
      if (moved === undefined) throw patchRejected();
      insert(locate(root, path), moved);
      return;
    }
    default:
      throw patchRejected();
  }
}

interface Place {
  readonly parent: JsonObject | Json[];
  readonly key: string;
}

function locate(root: JsonObject, pointer: string): Place {
  if (pointer !== "" && !pointer.startsWith("/")) throw patchRejected();
  const keys = pointer.split("/").map((k) => k.replaceAll("~1", "/").replaceAll("~0", "~"));
  let parent: Json | undefined = root;
  for (const key of keys.slice(0, -1)) parent = step(parent, key);
  if (!isObject(parent) && !Array.isArray(parent)) throw patchRejected();
  return { parent, key: keys.at(-1) ?? "" };
}

function step(value: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(value)) return value[indexOf(key)];
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function read({ parent, key }: Place): Json | undefined {
  return step(parent, key);
}

function insert({ parent, key }: Place, value: Json): void {
  if (!Array.isArray(parent)) {
    parent[key] = copy(value);
    return;
  }
  const index = key === "-" ? parent.length : indexOf(key);
  if (!(index >= 0 && index <= parent.length)) throw patchRejected();
  parent.splice(index, 0, copy(value));
}

function take(place: Place): Json {
  const { parent, key } = place;
  if (Array.isArray(parent)) {
    const [taken] = parent.splice(existingIndex(place), 1);
    return taken ?? null;
  }
  const taken = read(place);
  if (taken === undefined) throw patchRejected();
  delete parent[key];
  return taken;
}

function existingIndex({ parent, key }: Place): number {
  const index = indexOf(key);
  if (!Array.isArray(parent) || !(index >= 0 && index < parent.length)) throw patchRejected();
  return index;
}

function indexOf(key: string): number {
  return /^(0|[1-9]\d*)$/.test(key) ? Number(key) : -1;
}

function required(operation: JsonObject): Json {
  const { value } = operation;
  if (value === undefined) throw patchRejected();
  return value;
}
