import { isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { messageOf } from "./app-error.ts";

export type ReadYaml =
  | {
      readonly ok: true;
      readonly value: unknown;
      /** Line of what stands at a path; undefined for what is not there. */
      readonly lineOf: (path: readonly PropertyKey[]) => number | undefined;
    }
  /** Each with its line, the first ones of many. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Longer than any settings, policy or experiment; nobody writes them, and a bomb is. */
const maxChars = 500_000;
const maxProblems = 50;

export interface YamlBounds {
  /** How often something may be said again by `*name`: a few lines of such names in each other stand for gigabytes. */
  readonly maxAliases?: number;
}

const bounded = (problems: readonly string[]): readonly string[] =>
  problems.length <= maxProblems
    ? problems
    : [...problems.slice(0, maxProblems), `and ${problems.length - maxProblems} more`];

/**
 * Reads one document that somebody wrote. Never throws, whatever the text holds, and takes time in proportion to its length: the
 * library compares each key of a map with all others.
 */
export function readYaml(text: string, { maxAliases = 50 }: YamlBounds = {}): ReadYaml {
  if (text.length > maxChars)
    return { ok: false, problems: [`it is longer than ${maxChars.toLocaleString("en-US")} characters`] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  // The library falls off the stack, catches itself, and tells of all that it lost on the way.
  if (document.errors.some(({ message }) => message.includes("call stack")))
    return { ok: false, problems: ["it is nested too deeply"] };
  const problems = document.errors.map(({ pos, message }) => `line ${lineAt(pos[0])}: ${message}`);
  if (problems.length > 0) return { ok: false, problems: bounded(problems) };
  let aliases = 0;
  visit(document, {
    Alias(_key, alias, path) {
      if (++aliases > maxAliases) return visit.BREAK;
      const target = alias.resolve(document);
      if (target && path.includes(target))
        problems.push(`line ${lineAt(alias.range?.[0] ?? 0)}: the alias ${alias.source} is a part of itself`);
      return undefined;
    },
    Map(_key, map) {
      const known = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        if (known.has(key.value))
          problems.push(`line ${lineAt(key.range?.[0] ?? 0)}: ${String(key.value)} stands twice`);
        known.add(key.value);
      }
    },
  });
  if (aliases > maxAliases) problems.push(`it has more than ${maxAliases} aliases`);
  if (problems.length > 0) return { ok: false, problems: bounded(problems) };
  try {
    const value: unknown = document.toJS({ maxAliasCount: maxAliases });
    const lineOf = (path: readonly PropertyKey[]) => {
      const node = path.length === 0 ? undefined : document.getIn(path, true);
      return isNode(node) && node.range ? lineAt(node.range[0]) : undefined;
    };
    return { ok: true, value, lineOf };
  } catch (error) {
    // Aliases that multiply each other, or one that names nothing.
    return { ok: false, problems: [messageOf(error, 200)] };
  }
}
