/** Operators in words (https://prometheus.io/docs/prometheus/latest/querying/operators/). Where a series may stand they are a series' name. */
const operators = /^(?:and|or|unless|atan2|offset)$/i;
/** Words that stand alone, with what has to stand before them. */
const modifiers: readonly (readonly [RegExp, RegExp])[] = [
  [/^bool$/i, /[=<>]/],
  [/^group_(?:left|right)$/i, /\)/],
];
const numbers = /^(?:inf|nan)$/i;
/** What may stand between the name of an aggregation and its parenthesis; else that name is a series'. */
const grouping = /(?:by|without)\s*\(/iy;
/** These are followed by labels in parentheses. */
const ofLabels = /^(?:by|without|on|ignoring|group_left|group_right)$/i;

const identifier = /[a-zA-Z_:][\w:]*/y;
const number = /[0-9.][\w.]*/y;
const text = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/y;
const matcher =
  /\s*(?:"(?:[^"\\]|\\.)*"|([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`))\s*,?\s*/y;

function taken(pattern: RegExp, from: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(from) ?? undefined;
}

export interface Bounds {
  /** Labels that say of which namespace a series is. */
  readonly labels: readonly string[];
  readonly namespaces: readonly string[];
}

/** Reads the matchers behind a brace. @returns the place behind them, and whether they name watched namespaces alone; undefined when they cannot be read */
function readMatchers(
  promql: string,
  from: number,
  { labels, namespaces }: Bounds,
): { end: number; within: boolean } | undefined {
  let at = from;
  let within = false;
  while (promql[at] !== "}") {
    const found = taken(matcher, promql, at);
    if (!found) return undefined;
    at += found[0].length;
    const [, label = "", operator = "", quoted = ""] = found;
    const wanted = operator === "=" ? [quoted.slice(1, -1)] : operator === "=~" ? quoted.slice(1, -1).split("|") : [];
    within ||= labels.includes(label) && wanted.length > 0 && wanted.every((one) => namespaces.includes(one));
  }
  return { end: at + 1, within };
}

/** Does a word that is followed by neither labels nor arguments name no series? `operand` says whether a series may stand there. */
function isNoSeries(name: string, behind: string, operand: boolean): boolean {
  if (operators.test(name)) return !operand;
  if (numbers.test(name)) return operand;
  return modifiers.some(([word, after]) => word.test(name) && after.test(behind));
}

/** Behind these a series may stand, behind all others none. */
const opens = /[(,+\-*/%^=<>!~@]/;

/**
 * Whether every selector of a PromQL expression names the namespace of its series, and only those that are watched. What has been added
 * up or renamed does not show any more of which namespace it was. What cannot be read is not within. Linear.
 */
export function staysWithin(promql: string, bounds: Bounds): boolean {
  let operand = true;
  /** The sign that the last word follows. */
  let behind = "";
  for (let at = 0; at < promql.length; ) {
    const char = promql[at] ?? "";
    if (char === "{") {
      const matchers = readMatchers(promql, at + 1, bounds);
      if (!matchers?.within) return false;
      at = matchers.end;
      operand = false;
      continue;
    }
    if (char === "#") return false;
    if (char === "[") {
      const end = promql.indexOf("]", at);
      if (end < 0) return false;
      at = end + 1;
      operand = false;
      continue;
    }
    const skipped = taken(text, promql, at) ?? taken(number, promql, at);
    if (skipped) {
      at += skipped[0].length;
      operand = false;
      continue;
    }
    const name = taken(identifier, promql, at)?.[0];
    if (name === undefined) {
      if (!/\s/.test(char)) {
        operand = opens.test(char);
        behind = char;
      }
      at++;
      continue;
    }
    at += name.length;
    while (/\s/.test(promql[at] ?? "")) at++;
    const next = promql[at];
    if (next === "(" && ofLabels.test(name)) {
      const end = promql.indexOf(")", at);
      if (end < 0) return false;
      at = end + 1;
      behind = ")";
    } else if (next !== "(" && next !== "{" && !taken(grouping, promql, at)) {
      if (!isNoSeries(name, behind, operand)) return false;
      operand = !numbers.test(name);
    } else if (next === "{" && operators.test(name)) operand = true;
  }
  return true;
}
