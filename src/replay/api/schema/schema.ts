import { typeLines } from "./types.ts";

/** What a field may hold. Named types are looked up with `fieldsOf`. */
export type Shape =
  | { readonly kind: "scalar"; readonly scalar: string; readonly oneOf: readonly string[] }
  | { readonly kind: "list"; readonly items: Shape }
  | { readonly kind: "map"; readonly values: Shape }
  | { readonly kind: "type"; readonly name: string }
  | { readonly kind: "any" };

export interface Field {
  readonly name: string;
  readonly shape: Shape;
  /** Strategic merge: the key items merge by, "" for merging lists of primitives; undefined replaces the list. */
  readonly mergeKey: string | undefined;
  /** Apply: keys of an associative list, [] for a set; undefined for atomic lists. */
  readonly listKeys: readonly string[] | undefined;
  readonly retainKeys: boolean;
}

export type Fields = ReadonlyMap<string, Field>;

const scalarNames = new Set("string boolean int32 int64 double bytes quantity intOrString time microTime".split(" "));

const lines = new Map<string, string>();
for (const line of typeLines.trim().split("\n")) {
  const space = line.indexOf(" ");
  lines.set(line.slice(0, space), line.slice(space + 1));
}

const parsed = new Map<string, Fields | "any">();

/** The fields of a named type (`apps/v1/Deployment`, `PodSpec`); "any" when it holds free JSON. */
export function fieldsOf(name: string): Fields | "any" {
  const known = parsed.get(name);
  if (known !== undefined) return known;
  const line = lines.get(name);
  const fields = line === undefined || line === "= any" ? "any" : new Map(line.split(" ").map(parseField));
  parsed.set(name, fields);
  return fields;
}

/** The Go name of a type as error texts print it: `Deployment` for `apps/v1/Deployment`. */
export function goName(type: string): string {
  return type.slice(Math.max(type.lastIndexOf("/"), type.lastIndexOf(".")) + 1);
}

function parseField(text: string): [string, Field] {
  const [, name = "", type = "", marks = ""] = /^([^:]+):([^@#~]+)(.*)$/.exec(text) ?? [];
  const listKeys = /#([^@~]*)/.exec(marks)?.[1];
  const field: Field = {
    name,
    shape: parseShape(type),
    mergeKey: /@([^#~]*)/.exec(marks)?.[1],
    listKeys: listKeys === undefined ? undefined : listKeys.split(",").filter((k) => k !== ""),
    retainKeys: marks.includes("~"),
  };
  return [name, field];
}

function parseShape(type: string): Shape {
  if (type.startsWith("[")) return { kind: "list", items: parseShape(type.slice(1, -1)) };
  if (type.startsWith("{")) return { kind: "map", values: parseShape(type.slice(1, -1)) };
  const oneOf = /^string\((.*)\)$/.exec(type)?.[1];
  if (oneOf !== undefined) return { kind: "scalar", scalar: "string", oneOf: oneOf.split("|") };
  if (scalarNames.has(type)) return { kind: "scalar", scalar: type, oneOf: [] };
  return type === "any" ? { kind: "any" } : { kind: "type", name: type };
}
