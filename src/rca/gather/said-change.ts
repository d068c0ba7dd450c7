import { routeWords } from "./route-words.ts";
import { isPart, valueWords } from "./value-words.ts";

/** What has changed in a value that is no plain text. */
export interface SaidChange {
  readonly text: string;
  /** It says by itself what has changed; the name of the field adds nothing. */
  readonly whole?: true;
}

/** `["--level", "debug", "--trace"]` as its two settings: a value without its flag means nothing, and may be a secret. */
function settings(list: readonly unknown[]): readonly unknown[] {
  const units: unknown[] = [];
  for (const [i, item] of list.entries()) {
    const flag = list[i - 1];
    const isValue =
      typeof item === "string" && !item.startsWith("-") && typeof flag === "string" && /^--?[\w.-]+$/.test(flag);
    if (isValue) units.push(`${units.pop()} ${item}`);
    else units.push(item);
  }
  return units;
}

/** Of two items with many fields what differs, behind the names that they share: `resource.name=cpu, resource.target=70 -> 10`. */
function itemChange(from: string, to: string): string {
  const [was, is] = [from.split(", "), to.split(", ")];
  const names = is.filter((pair) => /(?:^|\.)name=/.test(pair) && was.includes(pair));
  if (names.length === 0) return `${from} -> ${to}`;
  const left = was.filter((pair) => !is.includes(pair)).join(", ");
  return `${names.join(", ")}, ${left || "nothing"} -> ${is.filter((pair) => !was.includes(pair)).join(", ") || "nothing"}`;
}

/** Of two lists what only one of them has. */
function listChange(before: readonly unknown[], after: readonly unknown[]): string | undefined {
  const [was, is] = [before, after].map((list) => settings(list).map(valueWords)) as [string[], string[]];
  const gone = was.filter((item) => !is.includes(item));
  const come = is.filter((item) => !was.includes(item));
  if (gone.length + come.length === 0) return undefined;
  const [from = "", to = ""] = [...gone, ...come];
  if (gone.length === 1 && come.length === 1) return itemChange(from, to);
  const parts = [
    ...(come.length > 0 ? [`${come.join("; ")} added`] : []),
    ...(gone.length > 0 ? [`${gone.join("; ")} removed`] : []),
  ];
  return parts.join(", ");
}

function unnamed(value: unknown): unknown {
  if (!isPart(value)) return value;
  const { name: _, ...rest } = value;
  return rest;
}

const isPlain = (value: unknown) => value === undefined || (!isPart(value) && !Array.isArray(value));

/** A changed list or object in words; undefined for plain values, which stand for themselves. */
export function sayChange(path: string, before: unknown, after: unknown): SaidChange | undefined {
  if (isPlain(before) && isPlain(after)) return undefined;
  if (path === "spec.rules") {
    const routes = routeWords(before, after);
    if (routes) return { text: routes, whole: true };
  }
  // An item of a list is named before it: `volume data added (emptyDir)`.
  const isItem = path.endsWith("]");
  if (before === undefined)
    return { text: isItem ? `added (${valueWords(unnamed(after))})` : `set to ${valueWords(after)}` };
  if (after === undefined) return { text: `removed (was ${valueWords(isItem ? unnamed(before) : before)})` };
  const change =
    Array.isArray(before) && Array.isArray(after)
      ? (listChange(before, after) ?? "in another order")
      : `${valueWords(before)} -> ${valueWords(after)}`;
  return { text: change };
}
