/** What a value holds under a key, of its own; undefined where it holds nothing. */
export function inside(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<PropertyKey, unknown>>)[key]
    : undefined;
}

/** The text at a path of a value whose form nobody has judged; undefined where there is none. */
export function textInside(value: unknown, ...path: readonly PropertyKey[]): string | undefined {
  const found = path.reduce(inside, value);
  return typeof found === "string" && found !== "" ? found : undefined;
}
