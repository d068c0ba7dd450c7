/**
 * Parser of the part of Go's text/template that k8s/chart keeps to, see https://pkg.go.dev/text/template and k8s/chart/README.md.
 * Whatever lies outside that part is an error, so that the chart cannot drift to what only the real Helm would understand.
 */
export type Expression =
  | { readonly type: "literal"; readonly value: string | number | boolean }
  | { readonly type: "field"; readonly variable: string; readonly path: readonly string[] }
  | { readonly type: "call"; readonly name: string; readonly args: readonly Expression[] };

export type Node =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "output"; readonly value: Expression }
  | { readonly type: "if"; readonly test: Expression; readonly yes: readonly Node[]; readonly no: readonly Node[] }
  | {
      readonly type: "with";
      readonly value: Expression;
      readonly yes: readonly Node[];
      readonly no: readonly Node[];
    }
  | {
      readonly type: "range";
      readonly over: Expression;
      readonly key: string | undefined;
      readonly item: string | undefined;
      readonly body: readonly Node[];
    };

export interface Parsed {
  readonly body: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

type Piece = { readonly text: string } | { readonly action: string };

const actions = /\{\{(-(?=\s))?\s*(\/\*[\s\S]*?\*\/|(?:"(?:[^"\\]|\\.)*"|[^"}]|\}(?!\}))*?)\s*((?<=\s)-)?\}\}/g;

/** Text and actions in turn; `{{-` and `-}}` take the white space beside them. */
function split(source: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let trimNext = false;
  const push = (raw: string, trimEnd: boolean) => {
    const text = trimNext ? raw.trimStart() : raw;
    pieces.push({ text: trimEnd ? text.trimEnd() : text });
  };
  for (const match of source.matchAll(actions)) {
    push(source.slice(from, match.index), match[1] === "-");
    if (!match[2]?.startsWith("/*")) pieces.push({ action: match[2] ?? "" });
    trimNext = match[3] === "-";
    from = match.index + match[0].length;
  }
  const rest = source.slice(from);
  if (rest.includes("{{")) throw new Error(`an action is not closed: ${rest.slice(rest.indexOf("{{"), 80)}`);
  push(rest, false);
  return pieces;
}

const words = /"(?:[^"\\]|\\.)*"|[()|]|:=|,|[^\s()|,]+/g;

/** @throws on an expression outside the documented part */
export function parseExpression(source: string): Expression {
  const tokens = source.match(words) ?? [];
  let at = 0;
  const operand = (): Expression => {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`an expression is missing in "${source}"`);
    if (token === "(") {
      const inner = pipeline();
      if (tokens[at++] !== ")") throw new Error(`")" is missing in "${source}"`);
      return inner;
    }
    if (token.startsWith('"')) return { type: "literal", value: JSON.parse(token) as string };
    if (/^-?\d+$/.test(token)) return { type: "literal", value: Number(token) };
    if (token === "true" || token === "false") return { type: "literal", value: token === "true" };
    const field = /^(\$\w*)?(\.|(?:\.\w+)+)?$/.exec(token);
    if (field && token !== "") {
      return {
        type: "field",
        variable: field[1] ?? ".",
        path: (field[2] ?? "").split(".").filter((part) => part !== ""),
      };
    }
    if (/^\w+$/.test(token)) return { type: "call", name: token, args: [] };
    throw new Error(`"${token}" in "${source}" is not understood`);
  };
  const command = (): Expression => {
    const first = operand();
    if (first.type !== "call" || first.args.length > 0) return first;
    const args: Expression[] = [];
    while (at < tokens.length && tokens[at] !== "|" && tokens[at] !== ")") args.push(operand());
    return { ...first, args };
  };
  const pipeline = (): Expression => {
    let value = command();
    while (tokens[at] === "|") {
      at++;
      const next = command();
      if (next.type !== "call") throw new Error(`only a function can follow "|" in "${source}"`);
      value = { ...next, args: [...next.args, value] };
    }
    return value;
  };
  const whole = pipeline();
  if (at < tokens.length) throw new Error(`"${tokens[at]}" is too much in "${source}"`);
  return whole;
}

/** One template file. @throws when it is not well formed or outside the documented part */
export function parseTemplate(source: string): Parsed {
  const pieces = split(source);
  const defined = new Map<string, readonly Node[]>();
  let at = 0;

  /** Nodes up to the `end` or `else` that closes them, which is returned with them. */
  const block = (closes: boolean): { nodes: Node[]; close: string } => {
    const nodes: Node[] = [];
    while (at < pieces.length) {
      const piece = pieces[at++];
      if (!piece) break;
      if ("text" in piece) {
        if (piece.text !== "") nodes.push({ type: "text", text: piece.text });
        continue;
      }
      const { action } = piece;
      if (action === "end" || action === "else" || action.startsWith("else ")) {
        if (!closes) throw new Error(`"${action}" closes nothing`);
        return { nodes, close: action };
      }
      const node = statement(action);
      if (node) nodes.push(node);
    }
    if (closes) throw new Error("an end is missing");
    return { nodes, close: "" };
  };

  const branches = (): { yes: Node[]; no: Node[] } => {
    const first = block(true);
    if (first.close === "end") return { yes: first.nodes, no: [] };
    if (first.close === "else") {
      const second = block(true);
      if (second.close !== "end") throw new Error(`"${second.close}" after else`);
      return { yes: first.nodes, no: second.nodes };
    }
    const nested = statementOf(first.close.slice("else ".length));
    return { yes: first.nodes, no: nested ? [nested] : [] };
  };

  const statementOf = (action: string): Node | undefined => {
    const [, keyword = "", rest = ""] = /^(\w+)\s*([\s\S]*)$/.exec(action) ?? [];
    if (keyword === "if") {
      const test = parseExpression(rest);
      return { type: "if", test, ...branches() };
    }
    if (keyword === "with") {
      const value = parseExpression(rest);
      return { type: "with", value, ...branches() };
    }
    return undefined;
  };

  const statement = (action: string): Node | undefined => {
    const conditional = statementOf(action);
    if (conditional) return conditional;
    const [, keyword = "", rest = ""] = /^(\w+)\s*([\s\S]*)$/.exec(action) ?? [];
    if (keyword === "range") {
      const [, key, item, over = rest] = /^(?:(\$\w+)\s*,\s*)?(?:(\$\w+)\s*:=\s*)([\s\S]+)$/.exec(rest) ?? [];
      const inner = block(true);
      if (inner.close !== "end") throw new Error("range with else is not in the documented part");
      return { type: "range", over: parseExpression(over), key, item, body: inner.nodes };
    }
    if (keyword === "define") {
      const inner = block(true);
      defined.set(JSON.parse(rest) as string, inner.nodes);
      return undefined;
    }
    return { type: "output", value: parseExpression(action) };
  };

  return { body: block(false).nodes, defined };
}
