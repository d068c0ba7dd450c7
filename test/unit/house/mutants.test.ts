import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nearestTests } from "../../mutants/nearest-tests.ts";
import { mutantsOf } from "../../mutants/sites.ts";

const changed = (text: string) =>
  mutantsOf(text).map(({ from, to, instead }) => text.slice(0, from) + instead + text.slice(to));

test("a program is broken one decision at a time, in functions only, and not in its types", () => {
  expect(changed("export const limit = 3 < 4;")).toEqual([]);
  expect(changed("export function worse(a: number, b: number): number { return a < b ? a : b; }")).toEqual([
    "export function worse(a: number, b: number): number { return (a); }",
    "export function worse(a: number, b: number): number { return (b); }",
    "export function worse(a: number, b: number): number { return a >= b ? a : b; }",
  ]);
  expect(changed("const busy = (x?: string[]) => { if (!x) return 0; return x.filter(Boolean).length; };")).toEqual([
    "const busy = (x?: string[]) => { if (false) return 0; return x.filter(Boolean).length; };",
    "const busy = (x?: string[]) => { if (x) return 0; return x.filter(Boolean).length; };",
    "const busy = (x?: string[]) => { if (!x) return 0; return x.length; };",
  ]);
  expect(changed("const may = { go: (a: boolean, b: boolean) => a && b };")).toEqual([
    "const may = { go: (a: boolean, b: boolean) => a };",
    "const may = { go: (a: boolean, b: boolean) => b };",
  ]);
});

test("the tests of a file are those that import it, the nearest first, and of equally near ones those beside it", () => {
  const root = mkdtempSync(join(tmpdir(), "kubemend-nearest-"));
  try {
    const files = {
      "a.ts": "",
      "b.ts": 'import "./a.ts";',
      "z.test.ts": 'import "./a.ts";',
      "far.test.ts": 'import "./b.ts";',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
    expect(nearestTests(root, Object.keys(files))("a.ts")).toEqual(["z.test.ts", "far.test.ts"]);
    expect(nearestTests(root, Object.keys(files))("far.test.ts")).toEqual([]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
