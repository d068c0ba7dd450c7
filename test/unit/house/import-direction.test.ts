import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { describe, expect, test } from "vitest";
import { root, sourceFiles } from "./source-files.ts";

const src = join(root, "src");

/** What each folder may import besides itself. Data flows one way; anything else is a wrong turn. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  incident: ["lib"],
  cluster: ["lib", "incident"],
  "log-lines": ["lib"],
  detection: ["lib", "incident", "cluster", "log-lines"],
  rca: ["lib", "incident", "cluster", "log-lines"],
  actions: ["lib", "incident", "cluster"],
  chaos: ["lib", "incident", "cluster"],
  bot: ["lib", "incident"],
  config: ["lib"],
  store: ["lib", "incident"],
  replay: ["lib", "incident", "cluster"],
  "local-slack": ["lib"],
  // Adapters implement ports that these declare.
  adapters: ["lib", "incident", "cluster", "detection", "rca", "actions", "bot", "chaos"],
  app: ["lib", "incident", "cluster", "detection", "rca", "actions", "bot", "store", "config", "chaos"],
  // The only place that makes adapters for the watcher and the actor.
  compose: ["lib", "incident", "cluster", "detection", "rca", "actions", "bot", "store", "config", "app", "adapters"],
  cli: [
    "lib",
    "incident",
    "cluster",
    "config",
    "store",
    "replay",
    "local-slack",
    "app",
    "main.ts",
    "log-lines",
    "detection",
    "rca",
    "actions",
    "bot",
    "adapters",
    "chaos",
  ],
  "main.ts": ["compose"],
};

/** The few arrows that the table does not have, each with its reason. */
const exceptions = new Set<string>([]);

const areaOf = (path: string) => relative(src, path).split(sep)[0] ?? "";
const specifiers = /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

const arrows = sourceFiles(src).flatMap((file) =>
  [...readFileSync(file, "utf8").matchAll(specifiers)].map((match) => ({
    file: relative(src, file),
    target: relative(src, resolve(dirname(file), match[1] ?? "")),
    from: areaOf(file),
    to: areaOf(resolve(dirname(file), match[1] ?? "")),
  })),
);

describe("imports go one way", () => {
  test("every folder of src has its row in the table", () => {
    const areas = new Set(sourceFiles(src).map(areaOf));
    expect([...areas].filter((area) => !(area in allowed))).toEqual([]);
  });

  test("no arrow points against the table", () => {
    const wrong = arrows.filter(
      ({ from, to, file }) => from !== to && !(allowed[from] ?? []).includes(to) && !exceptions.has(`${file} -> ${to}`),
    );
    expect(wrong.map(({ file, to }) => `${file} -> ${to}`)).toEqual([]);
  });

  test("no files import each other in a circle", () => {
    const importsOf = Map.groupBy(arrows, ({ file }) => file);
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, trail: readonly string[]): void => {
      const seenAt = trail.indexOf(file);
      if (seenAt >= 0) circles.push([...trail.slice(seenAt), file].join(" -> "));
      if (seenAt >= 0 || done.has(file)) return;
      for (const { target } of importsOf.get(file) ?? []) visit(target, [...trail, file]);
      done.add(file);
    };
    for (const file of importsOf.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  test("only what carries plans out takes the handle that can change a cluster", () => {
    const holders = sourceFiles(join(src, "actions"))
      .filter((file) => /\bActorPort\b/.test(readFileSync(file, "utf8")))
      .map((file) => relative(src, file));
    const may = ["actions/cluster-port.ts", "actions/execute/execute-deps.ts"];
    expect(holders.filter((file) => !may.includes(file))).toEqual([]);
  });

  test("only the actor's role makes the handle that can change a cluster", () => {
    const making = sourceFiles(src).filter((file) => /\bcreateKubernetesActor\b/.test(readFileSync(file, "utf8")));
    expect(making.map((file) => relative(src, file)).toSorted()).toEqual([
      "adapters/kubernetes-actor/kubernetes-actor.ts",
      "compose/actor-role.ts",
    ]);
  });
});
