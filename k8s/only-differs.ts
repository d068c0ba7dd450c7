import type { Shape } from "../src/actions/write-shapes.ts";
import { quoted, shapeRules } from "./admission-rules.ts";

/** What an absent value is compared as. Without `dyn` the type checker would take the kind of the literal for the kind of the field. */
function emptyOf(shape: Exclude<Shape, "any">): string {
  if ("rule" in shape) return `dyn(${shapeRules[shape.rule].empty})`;
  return "items" in shape ? "dyn([])" : "dyn({})";
}

/** CEL has no `let`: a list of one item is walked instead. */
const bind = (variable: string, value: string, body: string) => `[${value}].all(${variable}, ${body})`;

/**
 * A CEL expression that is true when `next` and `old` (CEL expressions too) differ in nothing but what the shape names. In
 * pod specs and containers, the fields that the cluster's administrator has put into `variables.listed` are free as well.
 */
export function onlyDiffersIn(shape: Shape, next: string, old: string, depth = 0): string {
  if (shape === "any") return "true";
  if ("rule" in shape) return shapeRules[shape.rule].holds(next, old);
  if ("items" in shape) {
    const [a, b] = [`i${depth}`, `j${depth}`];
    const alike = shape.by.map((key) => `${b}.${key} == ${a}.${key}`).join(" && ");
    const inside = onlyDiffersIn(shape.items, a, b, depth + 1);
    const paired = `${old}.exists_one(${b}, ${alike}) && ${old}.all(${b}, !(${alike}) || ${a} == ${b} || (${inside}))`;
    return `size(${next}) == size(${old}) && ${next}.all(${a}, ${paired}) && ${old}.all(${b}, ${next}.exists_one(${a}, ${alike}))`;
  }
  const keys = Object.keys(shape.fields);
  const free = keys.length === 0 ? "false" : `k in ${quoted(keys)}`;
  const more = isPodPart(shape) ? " || k in variables.listed" : "";
  const rest = `${next}.all(k, ${free}${more} || (k in ${old} && ${next}[k] == ${old}[k])) && ${old}.all(k, ${free}${more} || k in ${next})`;
  const inside = Object.entries(shape.fields).flatMap(([key, child]) => {
    if (child === "any") return [];
    const [a, b] = [`a${depth}`, `b${depth}`];
    // `rules` of a role is there and null when there are none: its Go type has no `omitempty`.
    const value = (of: string) => `has(${of}.${key}) && ${of}.${key} != null ? ${of}.${key} : ${emptyOf(child)}`;
    // What is equal costs one comparison: the API server stops at a million units an expression, and then refuses.
    return [bind(a, value(next), bind(b, value(old), `${a} == ${b} || (${onlyDiffersIn(child, a, b, depth + 1)})`))];
  });
  return [rest, ...inside].join(" && ");
}

/** Pod specs and containers. */
function isPodPart(shape: { readonly fields: Readonly<Record<string, Shape>> }): boolean {
  return "containers" in shape.fields || "resources" in shape.fields || "livenessProbe" in shape.fields;
}
