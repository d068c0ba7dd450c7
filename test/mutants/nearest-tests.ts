import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";

const specifiers = /(?:from|import|vi\.mock)\s*\(?\s*"(\.[^"]+)"/g;

/** For each file of the tree the tests that import it, also by way of others, nearest first. */
export function nearestTests(root: string, files: readonly string[]): (file: string) => readonly string[] {
  const importers = new Map<string, string[]>();
  for (const file of files)
    for (const [, specifier = ""] of readFileSync(resolve(root, file), "utf8").matchAll(specifiers)) {
      const target = relative(root, resolve(root, dirname(file), specifier));
      const known = importers.get(target) ?? [];
      importers.set(target, known);
      known.push(file);
    }
  return (start) => {
    const seen = new Set([start]);
    const tests: string[] = [];
    for (let ring: readonly string[] = [start]; ring.length > 0; ) {
      const next = ring.flatMap((file) => importers.get(file) ?? []).filter((file) => !seen.has(file));
      ring = [...new Set(next)];
      for (const file of ring) seen.add(file);
      // Of equally near ones those first that lie where the file lies.
      const own = ring.filter((file) => file.endsWith(".test.ts"));
      tests.push(...own.toSorted((a, b) => shared(b, start) - shared(a, start) || (a < b ? -1 : 1)));
    }
    return tests;
  };
}

/** How many folders a test and a file have in common, counted from the top. */
function shared(test: string, file: string): number {
  const [a, b] = [test.replace(/^test\/unit\//, "").split("/"), file.replace(/^src\//, "").split("/")];
  const differs = a.findIndex((folder, i) => folder !== b[i]);
  return differs < 0 ? a.length : differs;
}
