import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { configSchema } from "../../src/config/config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { AppError } from "../../src/lib/app-error.ts";
import { promiseFigure } from "../support/promise-figure.ts";

interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

interface Fault {
  readonly path: readonly string[];
  readonly value: unknown;
  /** What the line about it must say besides the path. */
  readonly says: RegExp;
}

const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as Node;

/** A secret that must not come back in any message. */
const secret = "xoxb-9999-sesame";

/** What can be wrong with every setting that there is, by what the schema says of it. */
function faultsOf(node: Node, path: readonly string[]): Fault[] {
  const below = Object.entries(node.properties ?? {}).flatMap(([key, child]) => faultsOf(child, [...path, key]));
  const here: Fault[] = [];
  if (node.properties) {
    here.push({ path: [...path, "noSuchThing"], value: secret, says: /no such setting; (did you mean|there are) \w/ });
    const [name] = Object.keys(node.properties).filter((key) => key.length > 4);
    if (name) here.push({ path: [...path, `${name}s`], value: secret, says: new RegExp(`did you mean ${name}\\?`) });
    if (path.length > 0) here.push({ path, value: 7, says: /must be a group of settings/ });
  } else if (node.enum) here.push({ path, value: "purple", says: new RegExp(String(node.enum[0])) });
  else if (node.type === "number" || node.type === "integer") {
    here.push({ path, value: "many", says: /must be a (whole )?number/ });
    const lowest = node.minimum ?? node.exclusiveMinimum;
    if (lowest !== undefined && lowest > -1e6)
      here.push({ path, value: lowest - 1, says: new RegExp(`must be (at least|more than) ${lowest}`) });
    if (node.maximum !== undefined && node.maximum < 1e9)
      here.push({ path, value: node.maximum + 1, says: new RegExp(`must be (at most|less than) ${node.maximum}`) });
  } else if (node.type === "boolean") here.push({ path, value: "perhaps", says: /must be true or false/ });
  else if (node.type === "string") here.push({ path, value: { deep: 1 }, says: /must be text/ });
  else if (node.type === "array") here.push({ path, value: 7, says: /must be a list/ });
  return [...here, ...below];
}

const faults = faultsOf(schema, []);

function settingsWith(list: readonly Fault[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { path, value } of list) {
    let at = root;
    for (const key of path.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    at[path.at(-1) ?? ""] = value;
  }
  return root;
}

/** Two faults of which one replaces what the other is in cannot stand in one file. */
const apart = (a: Fault, b: Fault) => {
  const [short, long] = a.path.length <= b.path.length ? [a.path, b.path] : [b.path, a.path];
  return short.some((key, index) => long[index] !== key);
};

/** One file with one fault for each there is, and more with four different ones each, until there are 200. */
const files: (readonly Fault[])[] = faults.map((fault) => [fault]);
for (let index = 0; files.length < Math.max(200, faults.length + 60); index++) {
  const chosen: Fault[] = [];
  for (let step = 0; chosen.length < 4 && step < 40; step++) {
    const fault = faults[(index * 31 + step * (17 + index)) % faults.length];
    if (fault && chosen.every((other) => apart(other, fault))) chosen.push(fault);
  }
  files.push(chosen);
}

describe("a bad configuration refuses clearly (O5)", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubemend-o5-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function problemsOf(text: string): Promise<{ lines: string[]; error: AppError }> {
    const path = join(folder, "kubemend.yaml");
    await writeFile(path, text);
    const error = await loadConfig(path, {}).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof AppError)) throw new Error(`taken, or not an error for people: ${text}`);
    return { error, lines: error.message.split("\n").slice(1) };
  }

  test("every problem of each file is listed at once, with where it is and what would be right", async () => {
    expect(files.length).toBeGreaterThanOrEqual(200);
    let problems = 0;
    const silent: string[] = [];
    for (const file of files) {
      const { error, lines } = await problemsOf(stringify(settingsWith(file)));
      expect(error.exitCode).toBe(2);
      expect(error.remedy).toContain("docs/configuration.md");
      expect(error.message, "values may be secrets").not.toContain(secret);
      for (const { path, says } of file) {
        problems++;
        const where = path.join(".");
        const line = lines.find((one) => one.startsWith(`  - ${where}:`) || one.startsWith(`  - ${where} (or `));
        if (!line || !says.test(line))
          silent.push(`${where}: ${line ?? lines.join(" | ")} does not say ${says.source}`);
      }
    }
    expect(silent).toEqual([]);
    promiseFigure(
      "O5",
      `${files.length} broken files, ${problems} problems`,
      "every one listed with its place and its fix",
    );
  });

  test.each([
    { name: "no YAML", text: "cluster: [shop\nweb: {", says: /line \d/ },
    { name: "a list", text: "- cluster", says: /must be a map/ },
    { name: "a key twice", text: "cluster: a\ncluster: b", says: /line 2.*cluster stands twice/ },
    { name: "tabs", text: "web:\n\tport: 1", says: /line \d/ },
    { name: "binary", text: "\u0000\u0001", says: /line|map/ },
    {
      name: "a bomb of aliases",
      text: `a: &a [1,1]\nb: &b [${"*a,".repeat(9)}*a]\nc: &c [${"*b,".repeat(9)}*b]\nd: [${"*c,".repeat(9)}*c]`,
      says: /alias|no such setting/i,
    },
  ])("a file that is $name", async ({ text, says }) => {
    const { error } = await problemsOf(text);
    expect(error.message).toMatch(says);
    expect(error.remedy).toBeTruthy();
  });
});
