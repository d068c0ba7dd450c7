import { isObject, type Json, type JsonObject } from "../json.ts";
import { canonicalQuantity, parseNano } from "./quantity.ts";
import { fieldsOf, goName, type Shape } from "./schema.ts";
import { microTimeProblem, timeProblem } from "./time-text.ts";

/** A value of the wrong type. `message` is the JSON decoder's text, `unstructured` that of strategic merge patches. */
export class DecodeError extends Error {
  readonly unstructured: string;
  constructor(message: string, unstructured = message) {
    super(message);
    this.unstructured = unstructured;
  }
}

export interface Decoded {
  readonly object: JsonObject;
  /** Paths of fields the type does not have, such as `spec.containers[0].foo`. They were dropped. */
  readonly unknown: readonly string[];
}

interface Place {
  /** The Go type that holds the field, and the path of keys from the root (no list indexes): for decoder errors. */
  readonly struct: string;
  readonly keys: string;
  /** The path with list indexes: for warnings. */
  readonly path: string;
}

/**
 * Reads JSON as an API type: checks types, drops unknown fields, nulls and empty lists and maps, and writes
 * quantities in their canonical form.
 * @throws DecodeError when a value has the wrong type.
 */
export function decode(typeName: string, value: JsonObject): Decoded {
  const unknown: string[] = [];
  const object = decodeFields(typeName, value, { struct: goName(typeName), keys: "", path: "" }, unknown);
  return { object, unknown };
}

/** Types whose empty strings are absent in answers. Elsewhere "" may differ from nothing (a lease's holder). */
const leavesOutEmpty = new Set(
  "EnvVar ResourceAttributes NonResourceAttributes ObjectReference Toleration Taint ContainerPort ServicePort".split(
    " ",
  ),
);

function decodeFields(typeName: string, value: JsonObject, place: Place, unknown: string[]): JsonObject {
  const fields = fieldsOf(typeName);
  if (fields === "any") return value;
  const result: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const field = fields.get(name);
    const path = join(place.path, name);
    if (field === undefined) {
      unknown.push(path);
      continue;
    }
    const at = { struct: goName(typeName), keys: join(place.keys, name), path };
    const decoded = decodeValue(field.shape, member, at, unknown);
    if (decoded !== undefined && !(decoded === "" && leavesOutEmpty.has(typeName))) result[name] = decoded;
  }
  return result;
}

function decodeValue(shape: Shape, value: Json | undefined, place: Place, unknown: string[]): Json | undefined {
  if (value === null || value === undefined) return undefined;
  if (shape.kind === "any") return value;
  if (shape.kind === "scalar") return decodeScalar(shape.scalar, value, place);
  if (shape.kind === "type") {
    if (isObject(value)) return decodeFields(shape.name, value, place, unknown);
    if (fieldsOf(shape.name) === "any") return value;
    throw mismatch(value, place, `v1.${goName(shape.name)}`, `cannot restore struct from: ${goKind(value)}`);
  }
  if (shape.kind === "map") {
    if (!isObject(value))
      throw mismatch(value, place, `map[string]${goType(shape.values)}`, `cannot restore map from ${goKind(value)}`);
    const entries = Object.entries(value).map(([key, v]) => {
      const path = join(place.path, key);
      return [key, decodeValue(shape.values, v, { ...place, path }, unknown) ?? zeroOf(shape.values)] as const;
    });
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  if (!Array.isArray(value))
    throw mismatch(value, place, `[]${goType(shape.items)}`, `cannot restore slice from ${goKind(value)}`);
  const items = value.map(
    (item, i) =>
      decodeValue(shape.items, item, { ...place, path: `${place.path}[${i}]` }, unknown) ?? zeroOf(shape.items),
  );
  return items.length === 0 ? undefined : items;
}

/** What a null inside a list or map decodes to. */
function zeroOf(shape: Shape): Json {
  if (shape.kind === "list") return [];
  if (shape.kind !== "scalar") return {};
  return shape.scalar.startsWith("int") && shape.scalar !== "intOrString" ? 0 : shape.scalar === "boolean" ? false : "";
}

interface Scalar {
  /** Its Go type, for texts of the decoder. */
  readonly go: string;
  readonly is: (value: Json) => boolean;
  /** What is wrong with a value of the right type. */
  readonly problem?: (text: string) => string | undefined;
}

const isText = (value: Json): value is string => typeof value === "string";
const text: Scalar = { go: "string", is: isText };
const scalars: Readonly<Record<string, Scalar>> = {
  quantity: { go: "resource.Quantity", is: (v) => isText(v) || typeof v === "number", problem: quantityProblem },
  intOrString: { go: "intstr.IntOrString", is: (v) => isText(v) || Number.isInteger(v) },
  time: { ...text, problem: timeProblem },
  microTime: { ...text, problem: microTimeProblem },
  bytes: { go: "[]uint8", is: isText, problem: base64Problem },
  boolean: { go: "bool", is: (v) => typeof v === "boolean" },
  int32: { go: "int32", is: (v) => Number.isInteger(v) && Math.abs(Number(v)) < 2 ** 31 },
  int64: { go: "int64", is: (v) => Number.isInteger(v) },
  double: { go: "float64", is: (v) => typeof v === "number" },
};

function decodeScalar(name: string, value: Json, place: Place): Json {
  const scalar = scalars[name] ?? text;
  if (!scalar.is(value)) throw mismatch(value, place, scalar.go);
  const problem = scalar.problem?.(String(value));
  if (problem !== undefined) throw new DecodeError(problem);
  return name === "quantity" ? canonicalQuantity(String(value)) : value;
}

function quantityProblem(quantity: string): string | undefined {
  const nano = parseNano(quantity);
  return typeof nano === "string" ? nano : undefined;
}

function mismatch(value: Json, place: Place, goTypeName: string, unstructured?: string): DecodeError {
  const found = typeof value === "number" && goTypeName.startsWith("int") ? `number ${value}` : jsonKind(value);
  const text = `json: cannot unmarshal ${found} into Go struct field ${place.struct}.${place.keys} of type ${goTypeName}`;
  return new DecodeError(text, unstructured ?? `unrecognized type: ${goTypeName}`);
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function jsonKind(value: Json): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function goKind(value: Json): string {
  if (Array.isArray(value)) return "slice";
  if (isObject(value)) return "map";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : "string";
}

function goType(shape: Shape): string {
  if (shape.kind === "type") return `v1.${goName(shape.name)}`;
  if (shape.kind === "list") return `[]${goType(shape.items)}`;
  if (shape.kind === "map") return `map[string]${goType(shape.values)}`;
  if (shape.kind === "any") return "interface {}";
  return shape.scalar === "bytes" ? "[]uint8" : shape.scalar === "boolean" ? "bool" : shape.scalar;
}

function base64Problem(text: string): string | undefined {
  const at = firstNonBase64(text);
  return at === undefined ? undefined : `illegal base64 data at input byte ${at}`;
}

/** Index of the first byte that is not base64; undefined when all is well. */
function firstNonBase64(text: string): number | undefined {
  const compact = text.replace(/[\r\n]/g, "");
  const bad = compact.search(/[^A-Za-z0-9+/=]/);
  if (bad >= 0) return bad;
  return compact.length % 4 === 0 && /^[^=]*={0,2}$/.test(compact) ? undefined : compact.length - (compact.length % 4);
}
