import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { createEvidenceBook } from "../../src/rca/gather/evidence-book.ts";
import { createToolBox } from "../../src/rca/investigate/tool-box.ts";
import { type InvestigationTools, toolSpecs } from "../../src/rca/investigate/tools.ts";
import { createRedactor } from "../../src/rca/redact/redactor.ts";
import { promiseFigure } from "../support/promise-figure.ts";

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
    for (const [, named, called] of readFileSync(file, "utf8").matchAll(
      /^\s*(?:import|export)[^;"]*?(?:from )?"(\.{1,2}\/[^"]+)"|import\(\s*"(\.{1,2}\/[^"]+)"/gms,
    ))
      queue.push(resolve(dirname(file), named ?? called ?? ""));
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
  promiseFigure(
    "L1",
    `${reached.length} files that root cause analysis reaches`,
    "none writes, runs a process or opens a database",
  );
});

it("L1: only one file talks to a model", () => {
  const talking = [...reachableFrom("rca")].filter((file) =>
    /from "openai"/.test(readFileSync(join(src, file), "utf8")),
  );
  expect(talking).toEqual(["rca/model/openai-model.ts"]);
});

it("L1: what a model may look up is a fixed list of reads, and none of them takes an object of kind Secret", async () => {
  expect(toolSpecs.map((tool) => tool.name)).toEqual([
    "get_object",
    "list_events",
    "read_logs",
    "query_metrics",
    "rollout_history",
    "neighbours",
  ]);
  const reached: string[] = [];
  const tools = new Proxy({} as InvestigationTools, {
    get: (_target, name) => async () => {
      reached.push(String(name));
      throw new Error("must not be reached");
    },
  });
  const box = createToolBox({
    tools,
    book: createEvidenceBook({ redact: createRedactor({ salt: "L1" }).redact }),
    context: { now: 0, onset: 0, signal: new AbortController().signal },
    maxCalls: 100,
    letter: "L",
  });
  for (const kind of ["Secret", "secret", "Secrets", "v1/Secret", "secrets.v1", "SealedSecret", " Secret"]) {
    for (const [name, rest] of [
      ["get_object", { field: null }],
      ["list_events", { minutes: 5 }],
      ["read_logs", { container: null, grep: null, previous: false, minutes: 5 }],
      ["rollout_history", {}],
      ["neighbours", {}],
    ] as const) {
      const call = { name, arguments: JSON.stringify({ kind, namespace: "shop", name: "db", ...rest }) };
      expect(await box.run(call)).toMatch(/cannot be read by anybody here/);
    }
  }
  expect(reached).toEqual([]);
});

it("L1: what looks things up on a live cluster holds the reader, and nothing that writes", () => {
  const folder = join(src, "adapters/cluster-tools");
  const text = files(folder)
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  expect(text).toMatch(/kubernetes-reader/);
  expect(text).not.toMatch(/kubernetes-actor|ActorPort|\b(?:patch|create|delete|evict)\(/);
});
