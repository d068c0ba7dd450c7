import { own } from "../../lib/own.ts";
import { isPlain, ownValue, type Plain } from "./plain.ts";

/** Lists whose items the API server merges by one of their fields; every other list is replaced as a whole. */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ["name"],
  initContainers: ["name"],
  env: ["name"],
  volumes: ["name"],
  imagePullSecrets: ["name"],
  volumeMounts: ["mountPath"],
  volumeDevices: ["devicePath"],
  hostAliases: ["ip"],
  topologySpreadConstraints: ["topologyKey"],
  // Of a container, of a Service.
  ports: ["containerPort", "port"],
};

function keyOf(list: string, ...sides: readonly (readonly unknown[])[]): string | undefined {
  const items = sides.flat();
  return (own(mergeKeys, list) ?? []).find(
    (key) =>
      items.every((item) => isPlain(item) && (typeof item[key] === "string" || typeof item[key] === "number")) &&
      sides.every((side) => new Set(side.map((item) => (item as Plain)[key])).size === side.length),
  );
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function listPatch(name: string, before: readonly unknown[], after: readonly unknown[]): unknown {
  const key = keyOf(name, before, after);
  if (key === undefined) return after;
  const [old, next] = [before, after].map((side) => new Map(side.map((item) => [(item as Plain)[key], item as Plain])));
  const changed = [...(next ?? [])].flatMap(([id, item]) => {
    const known = old?.get(id);
    if (known === undefined) return [item];
    return same(known, item) ? [] : [{ [key]: id, ...mapPatch(known, item) }];
  });
  const gone = [...(old?.keys() ?? [])].filter((id) => !next?.has(id)).map((id) => ({ [key]: id, $patch: "delete" }));
  return [...changed, ...gone];
}

function mapPatch(before: Plain, after: Plain): Plain {
  const patch: [string, unknown][] = [];
  for (const key of new Set([...Object.keys(after), ...Object.keys(before)])) {
    const [old, next] = [ownValue(before, key), ownValue(after, key)];
    if (same(old, next)) continue;
    if (next === undefined) patch.push([key, null]);
    else if (isPlain(old) && isPlain(next)) patch.push([key, mapPatch(old, next)]);
    else patch.push([key, Array.isArray(old) && Array.isArray(next) ? listPatch(key, old, next) : next]);
  }
  return Object.fromEntries(patch);
}

/**
 * The strategic merge patch from one state of an object to another, as Kustomize takes it: only what changes, list items
 * by their keys, null for what goes. Made for people to commit; kubemend itself sends JSON patches, which can be guarded.
 */
export function strategicPatch(before: Plain, after: Plain): Plain {
  return mapPatch(before, after);
}
