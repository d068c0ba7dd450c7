/**
 * Writes types.ts from the document a Kubernetes API server serves at /openapi/v2 (JSON, gzipped or not):
 *
 *     node src/replay/api/schema/generate.ts openapi-v2.json.gz
 *
 * Only what decoding, patching and merging need is kept: field names, types, merge keys, list kinds and enums.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { resources } from "../registry.ts";

interface Property {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: Property;
  readonly additionalProperties?: Property;
  readonly "x-kubernetes-patch-merge-key"?: string;
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
}

interface Definition extends Property {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly "x-kubernetes-group-version-kind"?: readonly { group: string; version: string; kind: string }[];
}

/** Kinds that are sent or answered but never stored. */
const transient = [
  "v1/DeleteOptions",
  "policy/v1/Eviction",
  "autoscaling/v1/Scale",
  "authorization.k8s.io/v1/SelfSubjectAccessReview",
  "authorization.k8s.io/v1/SubjectAccessReview",
  "authorization.k8s.io/v1/LocalSubjectAccessReview",
  "authorization.k8s.io/v1/SelfSubjectRulesReview",
  "authentication.k8s.io/v1/SelfSubjectReview",
  "events.k8s.io/v1/Event",
];

const scalars: Readonly<Record<string, string>> = {
  "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "intOrString",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
  "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "microTime",
  "io.k8s.apimachinery.pkg.runtime.RawExtension": "any",
  "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "any",
};

const formats: Readonly<Record<string, string>> = { int32: "int32", int64: "int64", double: "double", byte: "bytes" };

function main(source: string): void {
  const bytes = readFileSync(source);
  const text = source.endsWith(".gz") ? gunzipSync(bytes).toString("utf8") : bytes.toString("utf8");
  const definitions = (JSON.parse(text) as { definitions: Record<string, Definition> }).definitions;
  const wanted = new Set([
    ...resources.map((r) => `${r.group ? `${r.group}/` : ""}${r.version}/${r.kind}`),
    ...transient,
  ]);
  const names = new Map<string, string>();
  const queue: string[] = [];

  for (const [id, definition] of Object.entries(definitions)) {
    const gvks = definition["x-kubernetes-group-version-kind"] ?? [];
    const root = gvks.map((g) => `${g.group ? `${g.group}/` : ""}${g.version}/${g.kind}`).find((g) => wanted.has(g));
    if (root === undefined || (gvks.length > 1 && !id.startsWith("io.k8s.apimachinery"))) continue;
    names.set(id, root);
    queue.push(id);
  }

  const nameOf = (ref: string): string => {
    const id = ref.slice("#/definitions/".length);
    const scalar = scalars[id];
    if (scalar !== undefined) return scalar;
    const known = names.get(id);
    if (known !== undefined) return known;
    const parts = id.split(".");
    const short = parts.at(-1) ?? id;
    const taken = new Set(names.values());
    const name = taken.has(short) ? parts.slice(-3).join(".") : short;
    names.set(id, name);
    queue.push(id);
    return name;
  };

  const typeOf = (p: Property): string => {
    if (p.$ref !== undefined) return nameOf(p.$ref);
    if (p.type === "array") return `[${p.items === undefined ? "any" : typeOf(p.items)}]`;
    if (p.type === "object")
      return p.additionalProperties === undefined ? "any" : `{${typeOf(p.additionalProperties)}}`;
    if (p.enum !== undefined) return `string(${p.enum.join("|")})`;
    if (p.type === "number") return "double";
    if (p.type === "integer") return formats[p.format ?? "int64"] ?? "int64";
    return formats[p.format ?? ""] ?? p.type ?? "any";
  };

  const marks = (p: Property): string => {
    const strategy = (p["x-kubernetes-patch-strategy"] ?? "").split(",");
    const merge = strategy.includes("merge") ? `@${p["x-kubernetes-patch-merge-key"] ?? ""}` : "";
    const retain = strategy.includes("retainKeys") ? "~" : "";
    const keys = p["x-kubernetes-list-map-keys"];
    const list = keys !== undefined ? `#${keys.join(",")}` : p["x-kubernetes-list-type"] === "set" ? "#" : "";
    return merge + list + retain;
  };

  const lines: string[] = [];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    const definition = definitions[id];
    const name = names.get(id);
    if (definition === undefined || name === undefined) continue;
    if (definition.properties === undefined) {
      lines.push(`${name} = any`);
      continue;
    }
    const fields = Object.entries(definition.properties).map(([field, p]) => `${field}:${typeOf(p)}${marks(p)}`);
    lines.push(`${name} ${fields.join(" ")}`);
  }

  const target = fileURLToPath(new URL("types.ts", import.meta.url));
  const head = [
    "/**",
    " * The API types of Kubernetes 1.36, one a line: `Name field:type...`. Written by generate.ts; do not edit.",
    " *",
    " * `[x]` list, `{x}` map; after the type `@key` strategic merge by key (bare `@`: list of primitives that merges),",
    " * `#a,b` keys of an apply list (bare `#`: set), `~` retainKeys.",
    " */",
  ].join("\n");
  const body = lines.sort().join("\n").replaceAll("`", "").replaceAll("$ref", "\\$ref");
  writeFileSync(target, `${head}\nexport const typeLines = \`\n${body}\n\`;\n`);
}

const source = process.argv[2];
if (source === undefined) throw new Error("Give the path of the OpenAPI v2 document as the first argument.");
main(source);
