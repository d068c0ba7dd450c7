import { parse as parseYaml } from "yaml";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { badRequest, unsupportedMediaType } from "./status-errors.ts";

/** The media type of a request body without its parameters; "" when none was sent. */
export function mediaType(headers: { readonly [name: string]: string | string[] | undefined }): string {
  const header = headers["content-type"];
  return typeof header === "string" ? (header.split(";")[0] ?? "").trim().toLowerCase() : "";
}

/**
 * The object of a create or update, JSON or YAML.
 * @throws 415 for other media types, 400 when it cannot be read. `expected` names the kind in the error.
 */
export function readObject(body: Buffer, type: string, expected: string): JsonObject {
  const text = body.toString("utf8");
  if (type === "application/yaml") return readYaml(text);
  if (type !== "application/json" && type !== "") throw unsupportedMediaType();
  const refuse = (why: string): never => {
    const quoted = text === "" ? "<empty>" : text.slice(0, 2048);
    throw badRequest(
      `the object provided is unrecognized (must be of type ${expected}): couldn't get version/kind; json parse error: ${why} (${quoted})`,
    );
  };
  const value = parseJson(text, refuse);
  return isObject(value) ? value : refuse(`json: cannot unmarshal ${jsonKind(value)} into Go value of type struct`);
}

/** The patch of a merge or strategic merge request, or the operations of a JSON patch. */
export function readPatch(body: Buffer): Json {
  return parseJson(body.toString("utf8"), (why) => {
    throw badRequest(`error decoding patch: ${why}`);
  });
}

/** The object of an apply request: YAML, which JSON is too. */
export function readApply(body: Buffer): JsonObject {
  return readYaml(body.toString("utf8"));
}

function readYaml(text: string): JsonObject {
  try {
    const value: unknown = parseYaml(text, { maxAliasCount: 100 });
    if (isObject(value)) return value;
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw badRequest(`error decoding YAML: error converting YAML to JSON: yaml: ${why}`);
  }
  throw badRequest(
    "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type map[string]interface {}",
  );
}

function parseJson(text: string, refuse: (why: string) => never): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const cut = /Unexpected end|Unterminated|Expected .* at position (\d+)/.exec(message);
    const atEnd = cut !== null && (cut[1] === undefined || Number(cut[1]) >= text.trimEnd().length);
    if (atEnd) return refuse("unexpected end of JSON input");
    const position = Number(/position (\d+)/.exec(message)?.[1] ?? 0);
    return refuse(`invalid character '${text[position] ?? ""}' looking for beginning of value`);
  }
}

/** As Go names it in its errors: `object`, `array`, `string`, `number`, `bool`, `null`. */
export function jsonKind(value: Json): string {
  if (Array.isArray(value)) return "array";
  if (value === null) return "null";
  return typeof value === "boolean" ? "bool" : typeof value;
}

/** Paths of keys that stand twice in one object (`JSON.parse` keeps the last and tells nobody). */
export function duplicateKeys(text: string): string[] {
  const found: string[] = [];
  const open: { path: string; keys: Set<string> | undefined; index: number; key: string }[] = [];
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    const at = open.at(-1);
    const where =
      at === undefined
        ? ""
        : at.keys === undefined
          ? `${at.path}[${at.index}]`
          : at.path === ""
            ? at.key
            : `${at.path}.${at.key}`;
    const next = text.slice(token.index + token[0].length).match(/^\s*:/) !== null;
    if (token[0] === "{") open.push({ path: where, keys: new Set(), index: 0, key: "" });
    else if (token[0] === "[") open.push({ path: where, keys: undefined, index: 0, key: "" });
    else if (token[0] === "}" || token[0] === "]") open.pop();
    else if (token[0] === "," && at !== undefined) at.index++;
    else if (next && at?.keys !== undefined) {
      at.key = JSON.parse(token[0]) as string;
      const path = at.path === "" ? at.key : `${at.path}.${at.key}`;
      if (at.keys.has(at.key) && !found.includes(path)) found.push(path);
      at.keys.add(at.key);
    }
  }
  return found;
}
