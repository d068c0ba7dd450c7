import { copy, isObject, type Json, type JsonObject, sameJson } from "../json.ts";
import { type Field, fieldsOf, type Shape } from "../schema/schema.ts";
import { internal } from "../status-errors.ts";
import { goText } from "./go-text.ts";

const orderPrefix = "$setElementOrder/";
const deletePrefix = "$deleteFromPrimitiveList/";

/**
 * Strategic merge patch: lists with a merge key merge item by item, `$patch`, `$retainKeys`, `$setElementOrder/x` and
 * `$deleteFromPrimitiveList/x` are obeyed. Items that are new come before those the patch does not name.
 * Source: https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 * @throws 500 when an item lacks its merge key, as the API server answers.
 */
export function applyStrategicPatch(typeName: string, target: JsonObject, patch: JsonObject): JsonObject {
  return mergeMap({ kind: "type", name: typeName }, target, patch);
}

function mergeMap(shape: Shape, target: JsonObject, patch: JsonObject): JsonObject {
  const directive = patch["$patch"];
  if (directive === "replace") return plain(patch);
  if (directive === "delete") return {};
  if (directive !== undefined && directive !== "merge") throw internal(`Unknown patch type: ${goText(directive)}`);
  const result = copy(target);
  const retained = patch["$retainKeys"];
  if (Array.isArray(retained)) for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];

  const named = Object.keys(patch).filter((key) => !key.startsWith("$"));
  for (const key of new Set([...named, ...directiveTargets(patch)])) {
    const value = patch[key];
    if (value === null) {
      delete result[key];
      continue;
    }
    const field = fieldOf(shape, key);
    const before = result[key];
    const memberShape: Shape = field?.shape ?? (shape.kind === "map" ? shape.values : { kind: "any" });
    const list = field && listPatchOf(field, patch, key);
    if (isObject(value)) result[key] = isObject(before) ? mergeMap(memberShape, before, value) : plain(value);
    else if (list) result[key] = mergeList(Array.isArray(before) ? before : [], list);
    else if (value !== undefined) result[key] = copy(value);
  }
  return result;
}

/** What a patch says about the items of a list that merges item by item. */
interface ListPatch {
  readonly mergeKey: string;
  readonly itemShape: Shape;
  readonly items: readonly Json[];
  readonly order: readonly Json[] | undefined;
  readonly removals: readonly Json[];
}

/** Undefined for lists that are replaced as a whole, and where the patch says nothing about the list. */
function listPatchOf({ mergeKey, shape }: Field, patch: JsonObject, key: string): ListPatch | undefined {
  if (mergeKey === undefined || shape.kind !== "list") return undefined;
  const items = patch[key];
  const order = patch[orderPrefix + key];
  const removals = patch[deletePrefix + key];
  if (!Array.isArray(items) && order === undefined && removals === undefined) return undefined;
  return {
    mergeKey,
    itemShape: shape.items,
    items: Array.isArray(items) ? items : [],
    order: Array.isArray(order) ? order : undefined,
    removals: Array.isArray(removals) ? removals : [],
  };
}

const says = (directive: string) => (item: Json) => isObject(item) && item["$patch"] === directive;
const deletes = says("delete");
const replaces = says("replace");

function mergeList(target: readonly Json[], patch: ListPatch): Json[] {
  const key = patch.mergeKey;
  const identity = (item: Json): Json | undefined => (key === "" ? item : mergeKeyOf(item, key));
  if (key !== "" && patch.items.some((item) => replaces(item) && isObject(item) && item[key] === undefined))
    return patch.items.filter((item) => !replaces(item)).map(copyPlain);
  const deleted = patch.items.filter(deletes).map(identity);
  const gone = [...deleted, ...patch.removals];
  const result = target.filter((item) => !gone.some((g) => sameJson(g, identity(item)))).map((item) => copy(item));

  const changes = patch.items.filter((item) => !deletes(item));
  for (const change of changes) {
    const at = result.findIndex((item) => sameJson(identity(item), identity(change)));
    const before = result[at];
    if (at < 0) result.push(copyPlain(change));
    else if (isObject(before) && isObject(change)) result[at] = mergeMap(patch.itemShape, before, change);
  }
  const order = (patch.order ?? changes).map(identity);
  return ordered(result, order, target.map(identity), identity);
}

/**
 * Items the patch names keep the patch's order; each other item goes before the first named one that stood behind it
 * in the live list. Named items without a place in the live list come first.
 */
function ordered(
  items: readonly Json[],
  patchOrder: readonly (Json | undefined)[],
  liveOrder: readonly (Json | undefined)[],
  identity: (item: Json) => Json | undefined,
): Json[] {
  const position = (order: readonly (Json | undefined)[], item: Json): number =>
    order.findIndex((id) => sameJson(id, identity(item)));
  const byOrder = (order: readonly (Json | undefined)[]) => (a: Json, b: Json) =>
    position(order, a) - position(order, b);
  const named = items.filter((item) => position(patchOrder, item) >= 0).sort(byOrder(patchOrder));
  const others = items.filter((item) => position(patchOrder, item) < 0).sort(byOrder(liveOrder));
  const result: Json[] = [];
  while (named.length > 0 && others.length > 0) {
    const [other, next] = [position(liveOrder, others[0] ?? null), position(liveOrder, named[0] ?? null)];
    const from = other >= 0 && next >= 0 && other < next ? others : named;
    result.push(...from.splice(0, 1));
  }
  return [...result, ...named, ...others];
}

function mergeKeyOf(item: Json, key: string): Json | undefined {
  if (!isObject(item)) return item;
  const id = item[key];
  if (id === undefined) throw internal(`map: ${goText(item)} does not contain declared merge key: ${key}`);
  return id;
}

function fieldOf(shape: Shape, key: string): Field | undefined {
  if (shape.kind !== "type") return undefined;
  const fields = fieldsOf(shape.name);
  return fields === "any" ? undefined : fields.get(key);
}

function directiveTargets(patch: JsonObject): string[] {
  const prefixes = [orderPrefix, deletePrefix];
  return Object.keys(patch).flatMap((key) => prefixes.filter((p) => key.startsWith(p)).map((p) => key.slice(p.length)));
}

/** What is inserted where nothing was: no directives, no nulls. */
function plain(patch: JsonObject): JsonObject {
  const entries = Object.entries(patch).filter(
    ([key, value]) => !key.startsWith("$") && value !== null && value !== undefined,
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, copyPlain(value ?? null)]));
}

function copyPlain(value: Json): Json {
  if (Array.isArray(value)) return value.filter((item) => !deletes(item)).map(copyPlain);
  return isObject(value) ? plain(value) : value;
}
