import { parseAst } from "vitest/node";

/** One small change of a program that a test should notice. */
export interface Mutant {
  /** Offsets of what is replaced. */
  readonly from: number;
  readonly to: number;
  readonly instead: string;
  readonly line: number;
  /** The outermost named function that it lies in. */
  readonly inside: string;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && "start" in value && "end" in value;

const childrenOf = (node: Node): readonly Node[] =>
  Object.values(node).flatMap((value) => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []));

/** Turned round rather than moved by one: what lies exactly on a bound is often nobody's promise. */
const turned: Readonly<Record<string, string>> = {
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
  "===": "!==",
  "!==": "===",
  "*": "/",
  "/": "*",
  "-": "+",
};

/** Steps of a chain without which it still makes sense. */
const droppable = new Set(["filter", "slice", "sort", "toSorted", "reverse", "toReversed", "trim", "toLowerCase"]);

type Change = readonly [from: number, to: number, instead: string];

function changesOf(node: Node, text: string): readonly Change[] {
  const source = ({ start, end }: Node) => text.slice(start, end);
  const { left, right, test, consequent, alternate, callee } = node;
  switch (node.type) {
    case "BinaryExpression": {
      const instead = turned[String(node["operator"])];
      if (instead === undefined || !isNode(left) || !isNode(right)) return [];
      const middle = text.slice(left.end, right.start).replace(String(node["operator"]), () => instead);
      return [[left.end, right.start, middle]];
    }
    case "LogicalExpression":
      // What stands after `??` is often there for the compiler alone.
      if (node["operator"] === "??" || !isNode(left) || !isNode(right)) return [];
      return [
        [node.start, node.end, source(left)],
        [node.start, node.end, source(right)],
      ];
    case "ConditionalExpression":
      if (!isNode(consequent) || !isNode(alternate)) return [];
      return [
        [node.start, node.end, `(${source(consequent)})`],
        [node.start, node.end, `(${source(alternate)})`],
      ];
    case "IfStatement":
      return isNode(test) ? [[test.start, test.end, "false"]] : [];
    case "UnaryExpression":
      return node["operator"] === "!" ? [[node.start, node.start + 1, ""]] : [];
    case "CallExpression": {
      const property = isNode(callee) ? callee["property"] : undefined;
      const object = isNode(callee) ? callee["object"] : undefined;
      if (!isNode(property) || !isNode(object) || !droppable.has(String(property["name"]))) return [];
      return [[object.end, node.end, ""]];
    }
    default:
      return [];
  }
}

/** What stands in types and at the top of a file is no decision of a function. */
const skipped = (node: Node) => node.type.startsWith("TS") && !/^TS(As|Satisfies|NonNull)/.test(node.type);

/** The name that a function is called by: of a declaration, a constant or a member of an object. */
function nameOf(node: Node): string | undefined {
  const named = node.type === "FunctionDeclaration" ? node : (node["init"] ?? node["value"]);
  const id = node["id"] ?? node["key"];
  return isNode(named) && /Function/.test(named.type) && isNode(id) ? String(id["name"]) : undefined;
}

/** All mutants of a file. */
export function mutantsOf(text: string): readonly Mutant[] {
  const found: Mutant[] = [];
  const visit = (node: Node, inside: string | undefined): void => {
    if (skipped(node)) return;
    const here = inside ?? nameOf(node);
    if (here !== undefined)
      for (const [from, to, instead] of changesOf(node, text))
        found.push({ from, to, instead, line: text.slice(0, from).split("\n").length, inside: here });
    for (const child of childrenOf(node)) visit(child, here);
  };
  visit(parseAst(text, { lang: "ts" }) as unknown as Node, undefined);
  return found;
}
