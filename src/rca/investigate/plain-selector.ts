import { own } from "../../lib/own.ts";

/** A PromQL selector without functions: a name, or matchers, or both. */
export interface PlainSelector {
  readonly name: string | undefined;
  matches(labels: Readonly<Record<string, string>>): boolean;
}

const whole = /^([a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?:\{([^{}]{0,500})\})?$/;
const matcher = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/y;

/** Alternatives of literal texts with `.*` at the ends; anything else would need an engine for hostile expressions. */
function literalPattern(pattern: string): ((value: string) => boolean) | undefined {
  const options = pattern.split("|").map((option) => {
    const open = option.startsWith(".*") || option.startsWith(".+");
    const end = option.length > 2 && (option.endsWith(".*") || option.endsWith(".+"));
    const text = option.slice(open ? 2 : 0, end ? -2 : undefined).replaceAll("\\.", ".");
    return { open, end, text, plain: /^[\w./:@-]*$/.test(text) };
  });
  if (options.some((option) => !option.plain)) return undefined;
  return (value) =>
    options.some(({ open, end, text }) =>
      open && end ? value.includes(text) : open ? value.endsWith(text) : end ? value.startsWith(text) : value === text,
    );
}

/** Reads `name{label="x",pod=~"orders-.*"}`. Undefined for anything that is more than a selector. Linear. */
export function plainSelector(promql: string): PlainSelector | undefined {
  const found = whole.exec(promql.trim());
  if (!found || (found[1] === undefined && found[2] === undefined)) return undefined;
  const tests: ((labels: Readonly<Record<string, string>>) => boolean)[] = [];
  const body = found[2] ?? "";
  let name = found[1];
  matcher.lastIndex = 0;
  while (matcher.lastIndex < body.length) {
    const rest = body.slice(matcher.lastIndex).trim();
    if (rest === "") break;
    const one = matcher.exec(body);
    if (!one) return undefined;
    const [, label = "", operator = "", wanted = ""] = one;
    const matches = operator.endsWith("~") ? literalPattern(wanted) : (value: string) => value === wanted;
    if (!matches) return undefined;
    if (label === "__name__" && operator === "=") {
      name = wanted;
      continue;
    }
    const negative = operator.startsWith("!");
    tests.push((labels) => matches(own(labels, label) ?? "") !== negative);
  }
  return { name, matches: (labels) => tests.every((test) => test(labels)) };
}
