import { canonicalJson } from "../../lib/stable-hash.ts";
import { isPlain, ownValue, type Plain } from "./plain.ts";

/** RFC 6902, the three operations that say what a value becomes plus the one that says what it must be now. */
export type PatchOp =
  | { readonly op: "test" | "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

const escapeKey = (key: string) => key.replaceAll("~", "~0").replaceAll("/", "~1");
const unescapeKey = (key: string) => key.replaceAll("~1", "/").replaceAll("~0", "~");
const same = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b);

/** How items of a list are told apart; a list of which the items' names differ is replaced as a whole. */
function namesOf(list: readonly unknown[]): string[] | undefined {
  const names = list.map((item) => (isPlain(item) && typeof item.name === "string" ? item.name : undefined));
  return names.every((name) => name !== undefined) ? names : undefined;
}

/**
 * The operations that turn `before` into `after`, each guarded by tests of the values it replaces. Applied to something
 * else that still holds the same values there, they make the same change; where it does not hold them, they refuse.
 */
export function jsonPatchBetween(before: unknown, after: unknown, path = ""): PatchOp[] {
  if (same(before, after)) return [];
  if (isPlain(before) && isPlain(after)) return differenceOfMaps(before, after, path);
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    const names = namesOf(before);
    if (names && same(names, namesOf(after))) {
      return before.flatMap((item, index): PatchOp[] => {
        const ops = jsonPatchBetween(item, after[index], `${path}/${index}`);
        return ops.length === 0 ? [] : [{ op: "test", path: `${path}/${index}/name`, value: names[index] }, ...ops];
      });
    }
  }
  return [
    { op: "test", path, value: before },
    { op: "replace", path, value: after },
  ];
}

function differenceOfMaps(before: Plain, after: Plain, path: string): PatchOp[] {
  const ops: PatchOp[] = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const at = `${path}/${escapeKey(key)}`;
    const [old, next] = [ownValue(before, key), ownValue(after, key)];
    if (old === undefined && next === undefined) continue;
    if (next === undefined) ops.push({ op: "test", path: at, value: old }, { op: "remove", path: at });
    else if (old === undefined) ops.push({ op: "add", path: at, value: next });
    else ops.push(...jsonPatchBetween(old, next, at));
  }
  return ops;
}

export type PatchResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly path: string };

/**
 * Applies operations made by `jsonPatchBetween`. Stricter than RFC 6902 on purpose: `add` of a key that is there and
 * `replace` of one that is not are refused, because they mean that somebody else changed the same field.
 */
export function applyJsonPatch(document: unknown, ops: readonly PatchOp[]): PatchResult {
  const root = structuredClone({ document });
  for (const op of ops) {
    const keys = op.path === "" ? [] : op.path.slice(1).split("/").map(unescapeKey);
    const last = keys.at(-1) ?? "document";
    let parent: unknown = keys.length === 0 ? root : root.document;
    for (const key of keys.slice(0, -1)) parent = child(parent, key);
    if (!isPlain(parent) && !Array.isArray(parent)) return { ok: false, path: op.path };
    const holder = parent as Record<string, unknown>;
    const there = Object.hasOwn(holder, last) && holder[last] !== undefined;
    if (op.op === "test") {
      if (!there || !same(holder[last], op.value)) return { ok: false, path: op.path };
    } else if (op.op === "remove") {
      if (!there || Array.isArray(parent)) return { ok: false, path: op.path };
      delete holder[last];
    } else {
      if (there !== (op.op === "replace")) return { ok: false, path: op.path };
      // An assignment to `__proto__`, which a ConfigMap may well have as a key, would make no key.
      Object.defineProperty(holder, last, {
        value: structuredClone(op.value),
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
  }
  return { ok: true, value: root.document };
}

function child(parent: unknown, key: string): unknown {
  if (Array.isArray(parent)) return /^\d+$/.test(key) ? parent[Number(key)] : undefined;
  return isPlain(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined;
}
