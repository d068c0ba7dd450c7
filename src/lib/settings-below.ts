import { z } from "zod";
import { inside } from "./inside.ts";

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly const?: unknown;
}

/** Names of the settings below a path of a file with this schema; empty for a path that holds none. `file` tells which variant is meant. */
export function settingsOf(schema: z.ZodType): (path: readonly PropertyKey[], file: unknown) => readonly string[] {
  let tree: SchemaNode | undefined;
  return (path, file) => {
    tree ??= z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as SchemaNode;
    return namesBelow(tree, path, file);
  };
}

function namesBelow(tree: SchemaNode, path: readonly PropertyKey[], file: unknown): readonly string[] {
  let value = file;
  let nodes = variantsOf(tree, value);
  for (const key of path) {
    value = inside(value, key);
    nodes = nodes.flatMap((node) => {
      const child = typeof key === "number" ? node.items : node.properties?.[String(key)];
      return child ? variantsOf(child, value) : [];
    });
  }
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** A node, or what it may be instead; of variants that a constant tells apart (`type: http`) only those that the value can be. */
function variantsOf(node: SchemaNode, value: unknown): readonly SchemaNode[] {
  const variants = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap((one) => variantsOf(one, value));
  const possible = variants.filter(({ properties = {} }) =>
    Object.entries(properties).every(([name, { const: only }]) => only === undefined || inside(value, name) === only),
  );
  return [node, ...(possible.length > 0 ? possible : variants)];
}
