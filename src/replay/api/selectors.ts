import { type ApiObject, isObject, type Json, type JsonObject, stringsAt } from "./json.ts";
import type { Resource } from "./registry.ts";
import { badRequest } from "./status-errors.ts";

export type Labels = Readonly<Record<string, string>>;
export type Matcher<T> = (value: T) => boolean;

/** A label requirement: `in` and `notin` hold the values, `exists` and `absent` none. */
type Requirement = {
  readonly key: string;
  readonly operator: "in" | "notin" | "exists" | "absent" | "gt" | "lt";
  readonly values: readonly string[];
};

/**
 * Parses `a=b,c!=d,e in (f,g),h notin (i),j,!k` as the API does.
 * @throws 400 when the text is no selector.
 */
export function parseLabelSelector(text: string): Matcher<Labels> {
  const requirements = parseRequirements(text);
  return (labels) => requirements.every((r) => meets(r, labels[r.key]));
}

function meets({ operator, values }: Requirement, value: string | undefined): boolean {
  if (operator === "exists") return value !== undefined;
  if (operator === "absent") return value === undefined;
  if (operator === "in") return value !== undefined && values.includes(value);
  if (operator === "notin") return value === undefined || !values.includes(value);
  const limit = Number(values[0]);
  return value !== undefined && (operator === "gt" ? Number(value) > limit : Number(value) < limit);
}

function parseRequirements(text: string): Requirement[] {
  const tokens = text.match(/!=|==|[=!<>(),]|[^\s=!<>(),]+/g) ?? [];
  const requirements: Requirement[] = [];
  let at = 0;
  const fail = (found: string | undefined, expected: string): never => {
    throw badRequest(`unable to parse requirement: found '${found ?? ""}' expected: ${expected}`);
  };
  const identifier = (expected: string): string => {
    const token = tokens[at++];
    if (token === undefined || /^[=!<>(),]/.test(token)) return fail(token, expected);
    return token;
  };
  const values = (): string[] => {
    if (tokens[at] !== "(") fail(tokens[at], "'('");
    at++;
    const found: string[] = [];
    while (tokens[at] !== ")") {
      if (tokens[at] === ",") {
        found.push("");
        at++;
        continue;
      }
      found.push(identifier("',', ')' or identifier"));
      if (tokens[at] === ",") at++;
      else if (tokens[at] !== ")") fail(tokens[at], "',' or ')'");
    }
    at++;
    return found;
  };
  while (at < tokens.length) {
    if (tokens[at] === "!") {
      at++;
      requirements.push({ key: identifier("identifier"), operator: "absent", values: [] });
    } else requirements.push(afterKey(identifier("!, identifier, or 'end of string'")));
    if (at < tokens.length && tokens[at++] !== ",") fail(tokens[at - 1], "',' or 'end of string'");
  }
  return requirements;

  function afterKey(key: string): Requirement {
    const token = tokens[at];
    if (token === undefined || token === ",") return { key, operator: "exists", values: [] };
    at++;
    if (token === "in" || token === "notin") return { key, operator: token, values: values() };
    const next = tokens[at];
    const value = next === undefined || next === "," ? "" : identifier("identifier");
    if (token === "=" || token === "==") return { key, operator: "in", values: [value] };
    if (token === "!=") return { key, operator: "notin", values: [value] };
    if (token === ">" || token === "<") return { key, operator: token === ">" ? "gt" : "lt", values: [value] };
    return fail(token, "in, notin, =, ==, !=, gt, lt");
  }
}

/**
 * Parses a field selector (`status.phase!=Running,metadata.name=web`) for a resource.
 * @throws 400 for a field the resource cannot be selected by.
 */
export function parseFieldSelector(resource: Resource, text: string): Matcher<ApiObject> {
  const terms = text
    .split(",")
    .filter((t) => t !== "")
    .map((t) => parseTerm(resource, t));
  return (object) => terms.every((t) => (fieldValue(object, t.field) === t.value) === t.equal);
}

/** The name an authoriser sees for a list or watch that is limited to one object. */
export function selectedName(text: string | undefined): string | undefined {
  return /(?:^|,)metadata\.name==?([^,=!]+)/.exec(text ?? "")?.[1];
}

function parseTerm(resource: Resource, term: string): { field: string; value: string; equal: boolean } {
  const match = /^([^=!]+)(==|!=|=)(.*)$/.exec(term);
  const field = match?.[1];
  if (field === undefined) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const metadata = field === "metadata.name" || (field === "metadata.namespace" && resource.namespaced);
  if (!metadata && !resource.selectableFields.includes(field)) {
    const events = resource.kind === "Event";
    const known = '"metadata.name", "metadata.namespace"';
    throw badRequest(
      events || resource.selectableFields.length > 0
        ? `field label not supported: ${field}`
        : `"${field}" is not a known field selector: only ${known}`,
    );
  }
  return { field, value: match?.[3] ?? "", equal: match?.[2] !== "!=" };
}

/** Events keep their source component, not an object, behind `source`; numbers and booleans compare as text. */
function fieldValue(object: ApiObject, field: string): string {
  let at: Json | undefined = object;
  for (const part of field.split(".")) at = isObject(at) ? at[part] : undefined;
  if (field === "source") at = (at as JsonObject | undefined)?.["component"] || object["reportingComponent"];
  if (at === undefined || at === null)
    return field === "spec.unschedulable" || field === "spec.hostNetwork" ? "false" : "";
  return String(at);
}

/** A LabelSelector object (matchLabels and matchExpressions, ANDed; an empty one matches everything). */
export function matchesLabelSelector(selector: JsonObject, labels: Labels): boolean {
  for (const [key, value] of Object.entries(stringsAt(selector, "matchLabels")))
    if (labels[key] !== value) return false;
  const expressions = selector["matchExpressions"];
  return (
    !Array.isArray(expressions) ||
    expressions.filter(isObject).every((e) => meets(expression(e), labels[String(e["key"])]))
  );
}

const operators: Readonly<Record<string, Requirement["operator"]>> = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "absent",
};

function expression(e: JsonObject): Requirement {
  const values = Array.isArray(e["values"]) ? e["values"].map(String) : [];
  return { key: String(e["key"]), operator: operators[String(e["operator"])] ?? "absent", values };
}

/** How Scale.status.selector writes a LabelSelector: `app=web,tier in (a,b)`. */
export function selectorText(selector: JsonObject): string {
  const labels = Object.entries(stringsAt(selector, "matchLabels")).map(([key, value]) => `${key}=${value}`);
  const expressions = Array.isArray(selector["matchExpressions"]) ? selector["matchExpressions"].filter(isObject) : [];
  const written = expressions.map(expression).map(({ key, operator, values }) => {
    if (operator === "exists") return key;
    if (operator === "absent") return `!${key}`;
    return `${key} ${operator} (${values.toSorted().join(",")})`;
  });
  return [...labels, ...written].sort().join(",");
}
