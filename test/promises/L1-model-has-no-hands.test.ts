import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const src = fileURLToPath(new URL("../../src", import.meta.url));

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? files(join(folder, entry.name))
      : entry.name.endsWith(".ts")
        ? [join(folder, entry.name)]
        : [],
  );
}

/** Everything that a folder's files import, directly or through others, relative to `src`. */
function reachableFrom(folder: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const queue = files(join(src, folder));
  while (queue.length > 0) {
    const file = queue.pop() ?? "";
    if (seen.has(file)) continue;
    seen.add(file);
    for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/^\s*(?:import|export)[^;]*?from "(\.[^"]+)"/gms))
      queue.push(resolve(dirname(file), target));
  }
  return new Set([...seen].map((file) => relative(src, file)));
}

it("L1: nothing that root cause analysis can reach writes to a cluster, runs a process or opens a database", () => {
  const reached = [...reachableFrom("rca")];
  expect(reached.length).toBeGreaterThan(50);
  expect(reached.filter((file) => /^(actions|adapters|store|bot|chaos|detection)\//.test(file))).toEqual([]);
  const hands = reached.filter((file) =>
    /@kubernetes\/client-node|node:child_process|from "pg"|node:net|node:http/.test(
      readFileSync(join(src, file), "utf8"),
    ),
  );
  expect(hands).toEqual([]);
});

it("L1: only one file talks to a model, and it offers no tools", () => {
  const talking = [...reachableFrom("rca")].filter((file) =>
    /from "openai"/.test(readFileSync(join(src, file), "utf8")),
  );
  expect(talking).toEqual(["rca/model/openai-model.ts"]);
  expect(readFileSync(join(src, talking[0] ?? ""), "utf8")).not.toMatch(/\btools\b\s*:/);
});
