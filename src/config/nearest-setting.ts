import { z } from "zod";
import { configSchema } from "./config.ts";

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly anyOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
}

/** Names of the settings below a path of a file with this schema; empty for a path that holds none. */
export function settingsOf(schema: z.ZodType): (path: readonly PropertyKey[]) => readonly string[] {
  let tree: SchemaNode | undefined;
  return (path) => {
    tree ??= z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as SchemaNode;
    return namesBelow(tree, path);
  };
}

/** The same of the configuration. */
export const settingsBelow = settingsOf(configSchema);

function namesBelow(tree: SchemaNode, path: readonly PropertyKey[]): readonly string[] {
  let nodes: readonly SchemaNode[] = [tree];
  for (const key of path) {
    nodes = nodes.flatMap((node) => {
      const child = typeof key === "number" ? node.items : node.properties?.[String(key)];
      return child ? [child, ...(child.anyOf ?? [])] : [];
    });
  }
  return [...new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** Insertions, deletions and replacements between two words (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The setting that was most likely meant; undefined when none is close. Case, dashes and underscores do not count. */
export function nearestSetting(wrong: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_]/g, "");
  const ranked = known
    .map((name) => ({ name, far: distance(plain(wrong).slice(0, 60), plain(name)) }))
    .toSorted((a, b) => a.far - b.far);
  const [best] = ranked;
  return best && best.far <= Math.max(2, Math.floor(best.name.length / 3)) ? best.name : undefined;
}
