import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { Ajv } from "ajv";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { policySchema } from "../../../src/actions/policy/policy-file.ts";
import { parseExperiment } from "../../../src/chaos/parse-experiment.ts";
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
      if (fallback === undefined || typeof fallback === "object") continue;
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

/** Whether a dotted name is a place in a schema: `web.signIn.proxy`, `slack.routes`; undefined when it begins with nothing of it. */
function isPlace(schema: JsonSchema, name: string): boolean | undefined {
  const [first = "", ...rest] = name.split(".");
  let at = schema.properties?.[first];
  if (!at) return undefined;
  for (const key of rest) {
    const inner: JsonSchema | undefined = at.properties?.[key] ?? at.items?.properties?.[key];
    if (!inner) return at.properties === undefined && at.items?.properties === undefined && at.type !== "string";
    at = inner;
  }
  return true;
}
interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

describe("examples", () => {
  const chart = JSON.parse(read("k8s/chart/values.schema.json")) as JsonSchema;
  const settings = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const policy = z.toJSONSchema(policySchema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const defaults = parse(read("k8s/chart/values.yaml")) as Record<string, object>;
  /** Named like settings: an event of the log, and what OpenTelemetry calls a service. */
  const others = ["model.failed", "runbooks.read", "service.name"];
  const isValues = new Ajv({ strict: false, validateFormats: false }).compile(chart);

  /** What is wrong with an example, by what it is an example of; undefined for pieces of other programs' files. */
  function wrongWith(source: string): unknown {
    const value = parse(source) as Record<string, unknown> | null;
    const keys = Object.keys(value ?? {});
    if (keys.includes("hypothesis")) {
      const read = parseExperiment(source);
      return read.ok ? [] : read.problems;
    }
    if (keys.includes("rules")) return policySchema.safeParse(value).error?.issues ?? [];
    if (keys.includes("config")) {
      const merged = { ...defaults, ...value, config: { ...defaults["config"], ...(value?.["config"] as object) } };
      return isValues(merged) ? [] : isValues.errors;
    }
    if (keys.length === 0 || !keys.every((key) => settings.properties?.[key])) return undefined;
    return configSchema.safeParse(value).error?.issues ?? [];
  }

  test.each(pages)("of YAML in %s are taken by what reads them", (page) => {
    const text = read(page);
    const fenced = [...text.matchAll(/^( *)```yaml\n([\s\S]*?)^\1```/gm)].map(([, , body = ""]) => body);
    // `capture: { seconds: 60 }` within a sentence.
    const inline = [...text.matchAll(/`([a-z]+[A-Za-z]*: \{[^`]*\})`/g)].map(([, span = ""]) => span);
    for (const source of [...fenced, ...inline].filter((one) => !one.includes("…")))
      expect(wrongWith(source) ?? [], source).toEqual([]);
  });

  test.each(pages)("%s names settings and values that there are", (page) => {
    for (const [, name = ""] of read(page).matchAll(/`([a-z][A-Za-z]*(?:\.[a-z][A-Za-z]*)+)(?:=[^`]*|: [^`]*)?`/g)) {
      if (/\.(yaml|json|ndjson|ts|com)$/.test(name) || others.includes(name)) continue;
      const found = [settings, chart, policy].map((schema) => isPlace(schema, name)).filter((one) => one !== undefined);
      if (found.length > 0) expect(found, name).toContain(true);
    }
  });
});
