/** An object of JSON, as opposed to a list, a scalar or null. */
export type Plain = Readonly<Record<string, unknown>>;

/** True for what JSON calls an object. Classes are not told apart: only parsed JSON or YAML comes here. */
export function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value of a key that the object itself has: keys of ConfigMaps and labels may be called `constructor` or `__proto__`. */
export function ownValue(map: Plain, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** The value below `path`, undefined when any link of the chain is missing. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let at = value;
  for (const key of path) at = isPlain(at) ? ownValue(at, key) : undefined;
  return at;
}

/** A copy with `next` at `path`; `undefined` removes the key. Missing maps on the way are made. */
export function withValueAt<T>(value: T, path: readonly string[], next: unknown): T {
  const [key, ...rest] = path;
  if (key === undefined) return next as T;
  const map: Plain = isPlain(value) ? value : {};
  const child = rest.length === 0 ? next : withValueAt(ownValue(map, key), rest, next);
  if (child === undefined) return Object.fromEntries(Object.entries(map).filter(([other]) => other !== key)) as T;
  return { ...map, [key]: child } as T;
}

/**
 * The texts of the map at `path`, such as labels or a ConfigMap's data. Values that are no text are left out; no map
 * there: empty.
 */
export function stringMapAt(value: unknown, ...path: readonly string[]): Readonly<Record<string, string>> {
  const map = valueAt(value, ...path);
  if (!isPlain(map)) return {};
  return Object.fromEntries(
    Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

/** Undefined also for a number written as text, as quantities and named ports (`int-or-string`) are. */
export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "number" ? found : undefined;
}
