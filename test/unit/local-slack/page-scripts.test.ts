import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "../../../src/local-slack/page/assets");
const imports = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith(".js"))
    .map((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      return [name, [...text.matchAll(/from "\.\/([^"]+)"/g)].map((match) => match[1] ?? "")] as const;
    }),
);

/** The way from `name` back to itself, if there is one. */
function circleFrom(name: string, way: readonly string[] = []): readonly string[] | undefined {
  if (way[0] === name) return [...way, name];
  if (way.includes(name)) return undefined;
  for (const next of imports.get(name) ?? []) {
    const found = circleFrom(next, [...way, name]);
    if (found) return found;
  }
  return undefined;
}

test("the page's scripts import each other in no circle, and nothing that is not there", () => {
  expect(imports.size).toBeGreaterThan(20);
  expect([...imports.keys()].flatMap((name) => circleFrom(name)?.join(" -> ") ?? [])).toEqual([]);
  expect([...imports.values()].flat().filter((name) => !imports.has(name))).toEqual([]);
});
