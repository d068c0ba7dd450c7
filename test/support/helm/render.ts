import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { type Expression, type Node, parseTemplate } from "./parse.ts";

export type Values = Readonly<Record<string, unknown>>;

export interface Release {
  readonly name: string;
  readonly namespace: string;
}

interface Scope {
  readonly dot: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
}

/** What Go's templates call empty: https://pkg.go.dev/text/template#hdr-Actions. */
function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** As sigs.k8s.io/yaml writes it: keys in order, lists not indented, no folding, no newline at the end. */
function toYaml(value: unknown): string {
  return stringify(value, {
    sortMapEntries: true,
    indentSeq: false,
    lineWidth: 0,
    aliasDuplicateObjects: false,
    singleQuote: true,
    compat: "yaml-1.1",
  }).trimEnd();
}

/** As Go prints a value into text. Lists and maps never reach a manifest that way on purpose. */
function show(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "object") throw new Error("a list or a map is printed without toYaml");
  return String(value);
}

function indent(count: unknown, text: unknown): string {
  const margin = " ".repeat(Number(count));
  return show(text)
    .split("\n")
    .map((line) => margin + line)
    .join("\n");
}

const functions: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
  default: (fallback, value) => (isEmpty(value) ? fallback : value),
  quote: (value) => (value === undefined || value === null ? "" : JSON.stringify(show(value))),
  sha256sum: (value) => createHash("sha256").update(show(value)).digest("hex"),
  toYaml,
  nindent: (count, text) => `\n${indent(count, text)}`,
};

/** The functions a template of the chart may use; `include` is the eighth word, with if, range, with and define. */
export const knownFunctions: readonly string[] = [...Object.keys(functions), "include"];

/**
 * Renders template files the way `helm template` does, for the documented part of its language.
 * @param files content by file name; `_*.tpl` only define
 * @returns rendered text by file name
 * @throws on anything outside the documented part, naming the file
 */
export function renderTemplates(
  files: Readonly<Record<string, string>>,
  context: Values,
): Readonly<Record<string, string>> {
  const parsed = Object.entries(files).map(([name, source]) => {
    try {
      return { name, ...parseTemplate(source) };
    } catch (error) {
      throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  });
  const defined = new Map(parsed.flatMap((file) => [...file.defined]));

  const evaluate = (expression: Expression, scope: Scope): unknown => {
    if (expression.type === "literal") return expression.value;
    if (expression.type === "field") {
      const known = expression.variable === "." ? scope.dot : scope.variables.get(expression.variable);
      if (expression.variable !== "." && !scope.variables.has(expression.variable))
        throw new Error(`${expression.variable} is not defined`);
      return expression.path.reduce<unknown>((value, key) => {
        if (value === undefined || value === null)
          throw new Error(`nil pointer evaluating .${expression.path.join(".")}`);
        return typeof value === "object" ? (value as Values)[key] : undefined;
      }, known);
    }
    const args = expression.args.map((arg) => evaluate(arg, scope));
    if (expression.name === "include") {
      const nodes = defined.get(String(args[0]));
      if (!nodes) throw new Error(`no template is called ${String(args[0])}`);
      return run(nodes, { dot: args[1], variables: new Map([["$", args[1]]]) });
    }
    const call = functions[expression.name];
    if (!call) throw new Error(`the function ${expression.name} is not in the documented part`);
    return call(...args);
  };

  const run = (nodes: readonly Node[], scope: Scope): string =>
    nodes
      .map((node) => {
        if (node.type === "text") return node.text;
        if (node.type === "output") return show(evaluate(node.value, scope));
        if (node.type === "range") return runRange(node, scope);
        const value = evaluate(node.type === "if" ? node.test : node.value, scope);
        if (isEmpty(value)) return run(node.no, scope);
        return run(node.yes, node.type === "with" ? { ...scope, dot: value } : scope);
      })
      .join("");

  const runRange = (node: Extract<Node, { type: "range" }>, scope: Scope): string => {
    const over = evaluate(node.over, scope);
    const entries: readonly (readonly [unknown, unknown])[] = Array.isArray(over)
      ? over.map((item, index) => [index, item] as const)
      : Object.entries((over ?? {}) as Values).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return entries
      .map(([key, item]) => {
        const variables = new Map(scope.variables);
        if (node.key) variables.set(node.key, key);
        if (node.item) variables.set(node.item, item);
        return run(node.body, { dot: item, variables });
      })
      .join("");
  };

  const root: Scope = { dot: context, variables: new Map([["$", context]]) };
  return Object.fromEntries(
    parsed
      .filter(({ name }) => !name.startsWith("_"))
      .map(({ name, body }) => {
        try {
          return [name, run(body, root)];
        } catch (error) {
          throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        }
      }),
  );
}

/** A user's values over the chart's, as Helm merges them: maps deeply, everything else replaced, null removes. */
export function mergeValues(defaults: Values, over: Values): Values {
  const merged: Record<string, unknown> = { ...defaults };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    if (value === null) delete merged[key];
    else if (isMap(value) && isMap(before)) merged[key] = mergeValues(before, value);
    else merged[key] = value;
  }
  return merged;
}

function isMap(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
