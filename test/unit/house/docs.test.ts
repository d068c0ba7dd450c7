import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { buildProgram } from "../../../src/cli/program.ts";
import { configSchema } from "../../../src/config/config.ts";
import { environmentSettings } from "../../../src/config/environment.ts";

const root = join(import.meta.dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const manuals = readdirSync(join(root, "docs"))
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`);
const pages = ["README.md", "CONTRIBUTING.md", "k8s/chart/README.md", ...manuals];

/** Without fenced code, where brackets and bars mean something else. */
const prose = (text: string) => text.replaceAll(/^( *)```[\s\S]*?^\1```/gm, "").replaceAll(/`[^`\n]*`/g, "`code`");
/** What stands between fences, and in single back ticks. */
const code = (text: string) =>
  [...text.matchAll(/^( *)```\w*\n([\s\S]*?)^\1```/gm)]
    .map(([, , body = ""]) => body.replaceAll(/\\\n\s*/g, " "))
    .concat([...text.matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span));

/** As GitHub makes them: lower case, without punctuation, spaces as dashes. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.replaceAll(/^( *)```[\s\S]*?^\1```/gm, "").matchAll(/^#{1,6} +(.+)$/gm)];
  return new Set(
    headings.map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

describe.each(pages)("%s", (page) => {
  const text = read(page);

  test("its links lead somewhere, also within pages", () => {
    for (const [link, target = ""] of prose(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?|mailto):/.test(target)) continue;
      const [path = "", anchor] = target.split("#");
      const full = path === "" ? join(root, page) : join(root, dirname(page), path);
      expect(existsSync(full), link).toBe(true);
      if (anchor !== undefined) expect([...anchorsOf(readFileSync(full, "utf8"))], link).toContain(anchor);
    }
  });

  test("its tables have as many cells in each row as columns", () => {
    for (const [table] of prose(text).matchAll(/(?:^\|.*\|$\n?)+/gm)) {
      const widths = table
        .trim()
        .split("\n")
        .map((row) => row.replaceAll("\\|", "").split("|").length);
      expect(new Set(widths).size, table.slice(0, 200)).toBe(1);
    }
  });

  test("its npm scripts exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const part of code(text))
      for (const [, script = ""] of part.matchAll(/npm run (?:-s )?([a-z:]+)/g))
        expect(Object.keys(scripts)).toContain(script);
  });

  test("its commands take the options that it shows", () => {
    for (const part of code(text))
      for (const [line, words = ""] of part.matchAll(/(?:^|[\s/])kubemend ((?:[a-z]+ )*[a-z]+(?: [^\n|#;&`]*)?)/gm)) {
        const command = commandOf(words.trim().split(/\s+/));
        if (command === undefined) continue;
        for (const [option] of words.matchAll(/--[a-z][a-z-]*/g))
          expect(["--help", ...command.options.map(({ long }) => long)], line.trim()).toContain(option);
      }
  });
});

/** The command that the words name; undefined when they are no command line (`kubemend keeps …`). */
function commandOf(words: readonly string[]): Command | undefined {
  let at: Command | undefined = buildProgram().commands.find((command) => command.name() === words[0]);
  for (const word of words.slice(1)) {
    const next: Command | undefined = at?.commands.find((command) => command.name() === word);
    if (!next) break;
    at = next;
  }
  return at;
}

describe("docs/README.md, the index", () => {
  test.each(manuals.filter((page) => page !== "docs/README.md"))("leads to %s", (page) => {
    expect(read("docs/README.md")).toContain(`](${relative("docs", page)})`);
  });
});

describe("docs/configuration.md", () => {
  interface Node {
    readonly properties?: Readonly<Record<string, Node>>;
    readonly default?: unknown;
  }
  const cells = read("docs/configuration.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
  // Other tables of the page tell of paths and series.
  const rows = cells.filter(
    ({ length, 0: names = "" }) => length === 4 && !names.includes("/") && !names.startsWith("`POST"),
  );
  /** `web.host`, `web.port` of "`web.host`, `.port`" and the like. */
  const documented = new Map<string, { readonly variables: string; readonly defaults: string }>();
  for (const [names = "", variables = "", defaults = ""] of rows) {
    let first = "";
    for (const [, name = ""] of names.matchAll(/`([^`]+)`/g)) {
      if (!name.startsWith(".")) first = name.slice(0, name.lastIndexOf("."));
      documented.set(name.startsWith(".") ? `${first}${name}` : name, { variables, defaults });
    }
  }

  const leaves: { path: string; fallback: unknown }[] = [];
  const visit = (node: Node, path: readonly string[]) => {
    if (!node.properties || path.join(".") === "slack.routes")
      leaves.push({ path: path.join("."), fallback: node.default });
    else for (const [key, child] of Object.entries(node.properties)) visit(child, [...path, key]);
  };
  visit(z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as Node, []);

  test("has a row for every setting, and none for what is not there", () => {
    expect([...documented.keys()].sort()).toEqual(leaves.map(({ path }) => path).sort());
  });

  test("says the default of every setting that has one", () => {
    for (const { path, fallback } of leaves) {
      if (fallback === undefined || Array.isArray(fallback)) continue;
      expect(documented.get(path)?.defaults, path).toContain(String(fallback));
    }
  });

  test("names the environment variable of every setting that has one", () => {
    for (const [variable, path] of Object.entries(environmentSettings))
      expect(documented.get(path.join("."))?.variables, variable).toContain(`\`${variable}\``);
    for (const { variables } of documented.values())
      for (const [, variable = ""] of variables.matchAll(/`([A-Z_]+)`/g))
        expect(Object.keys(environmentSettings)).toContain(variable);
  });
});

test("every alert about kubemend itself has its page in docs/operations.md", () => {
  const { groups } = parse(read("k8s/monitoring/prometheus-rules.yaml")) as {
    groups: { rules: { alert: string }[] }[];
  };
  const text = read("docs/operations.md");
  for (const { alert } of groups.flatMap(({ rules }) => rules)) expect(text).toContain(`\n### ${alert}\n`);
});
