/** Operators, and words that stand alone (https://prometheus.io/docs/prometheus/latest/querying/operators/). */
const words = /^(?:and|or|unless|atan2|bool|offset|by|without|on|ignoring|group_left|group_right|inf|nan)$/i;
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

/**
 * Whether every selector of a PromQL expression names the namespace of its series, and only those that are watched. What has been added
 * up or renamed does not show any more of which namespace it was. What cannot be read is not within. Linear.
 */
export function staysWithin(promql: string, bounds: Bounds): boolean {
  for (let at = 0; at < promql.length; ) {
    const char = promql[at] ?? "";
    if (char === "{") {
      const matchers = readMatchers(promql, at + 1, bounds);
      if (!matchers?.within) return false;
      at = matchers.end;
      continue;
    }
    if (char === "#") return false;
    if (char === "[") {
      const end = promql.indexOf("]", at);
      if (end < 0) return false;
      at = end + 1;
      continue;
    }
    const skipped = taken(text, promql, at) ?? taken(number, promql, at);
    if (skipped) {
      at += skipped[0].length;
      continue;
    }
    const name = taken(identifier, promql, at)?.[0];
    if (name === undefined) {
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
    } else if (next !== "(" && next !== "{" && !words.test(name) && !taken(grouping, promql, at)) return false;
  }
  return true;
}
