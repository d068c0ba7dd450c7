import type { Api, Call } from "../call.ts";
import { checkName, checkVersion, commitUpdate } from "../commit.ts";
import { createObject } from "../create.ts";
import { decodeFor, typeOf, type WriteOptions } from "../dry-run.ts";
import { attributesOf, denial } from "../identity.ts";
import { type ApiObject, copy, isObject, type Json, type JsonObject, objectAt, sameJson, stringAt } from "../json.ts";
import { apiVersionOf } from "../registry.ts";
import { DecodeError, decode } from "../schema/decode.ts";
import { fieldsOf, type Shape } from "../schema/schema.ts";
import { badRequest, conflict, internal } from "../status-errors.ts";

/**
 * Server-side apply: the sent fields are merged by the schema's list keys (new items at the end), and a missing
 * object is created. Field ownership is not kept, so there are no conflicts and nothing is removed.
 */
export function applyObject(
  api: Api,
  call: Call,
  sent: JsonObject,
  options: WriteOptions,
): { object: ApiObject; code: number } {
  const { resource, route } = call;
  const [apiVersion, kind] = [stringAt(sent, "apiVersion") ?? "", stringAt(sent, "kind") ?? ""];
  if (apiVersion === "" || kind === "") throw badRequest(`invalid object type: ${apiVersion || "/"}, Kind=${kind}`);
  if (objectAt(sent, "metadata")["managedFields"] !== undefined) throw badRequest("metadata.managedFields must be nil");
  checkName(call, sent);
  const prefix = `failed to create typed patch object (${stringAt(sent, "metadata", "namespace") ?? ""}/${route.name}; ${apiVersion}, Kind=${kind})`;
  if (apiVersion !== apiVersionOf(resource) || kind !== resource.kind)
    throw badRequest(`${prefix}: no corresponding type for ${apiVersion}, Kind=${kind}`);
  typed(prefix, sent, typeOf(resource));
  const before = api.table.get(resource, route.namespace, route.name);
  const refuse = (why: string) => internal(`${prefix}: ${why}`);
  if (before === undefined) {
    const uid = stringAt(sent, "metadata", "uid");
    if (uid !== undefined) {
      throw conflict(
        resource,
        route.name,
        `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
      );
    }
    const decoded = decodeFor(call, sent, options, "", refuse);
    const dry = createObject(api, call, copy(decoded), true);
    const create = { ...attributesOf(route, call.query), verb: "create" };
    if (!api.authorize(call.identity, create).allowed) throw denial(call.identity, create);
    return { object: options.dryRun ? dry : createObject(api, call, decoded, false), code: 201 };
  }
  const merged = mergeTyped({ kind: "type", name: typeOf(resource) }, before, sent);
  const candidate = decodeFor(call, isObject(merged) ? merged : sent, options, "", refuse);
  checkVersion(call, before, sent);
  return { object: commitUpdate(api, call, "patch", before, candidate, options.dryRun), code: 200 };
}

/** Apply is strict by schema: what other writes warn about is a 500 here. */
function typed(prefix: string, sent: JsonObject, type: string): void {
  try {
    const { unknown } = decode(type, sent);
    if (unknown[0] !== undefined) throw internal(`${prefix}: .${unknown[0]}: field not declared in schema`);
  } catch (error) {
    if (error instanceof DecodeError) throw internal(`${prefix}: ${error.message}`);
    throw error;
  }
}

function mergeTyped(shape: Shape, before: Json | undefined, sent: Json, listKeys?: readonly string[]): Json {
  if (isObject(before) && isObject(sent)) {
    const fields = shape.kind === "type" ? fieldsOf(shape.name) : "any";
    const result: JsonObject = { ...before };
    for (const [key, value] of Object.entries(sent)) {
      const field = fields === "any" ? undefined : fields.get(key);
      const inner: Shape = field?.shape ?? (shape.kind === "map" ? shape.values : { kind: "any" });
      result[key] = value === undefined ? result[key] : mergeTyped(inner, result[key], value, field?.listKeys);
    }
    return result;
  }
  if (!Array.isArray(before) || !Array.isArray(sent) || listKeys === undefined || shape.kind !== "list")
    return copy(sent);
  const result = copy(before);
  for (const item of sent) {
    const at = result.findIndex((known) =>
      listKeys.length === 0 ? sameJson(known, item) : sameItem(listKeys, known, item),
    );
    if (at < 0) result.push(copy(item));
    else result[at] = mergeTyped(shape.items, result[at], item);
  }
  return result;
}

/** A key that is absent has its default: protocol is TCP. */
function sameItem(keys: readonly string[], a: Json, b: Json): boolean {
  if (!isObject(a) || !isObject(b)) return false;
  return keys.every((key) =>
    sameJson(a[key] ?? (key === "protocol" ? "TCP" : null), b[key] ?? (key === "protocol" ? "TCP" : null)),
  );
}
