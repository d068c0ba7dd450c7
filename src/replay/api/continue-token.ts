import type { ApiObject } from "./json.ts";
import { badRequest } from "./status-errors.ts";

/** Where a paged list goes on. */
export interface ContinueToken {
  /** The version the first page was read at; -1 for "whatever it is now". */
  readonly rv: number;
  /** Key of the first object of the next page. */
  readonly start: string;
}

/** The order of a list, and where a page of it begins: names, after their namespaces when the list is of all of them. */
export function pageKey(namespace: string, object: ApiObject): string {
  const own = object.metadata.namespace ?? "";
  return namespace !== "" || own === "" ? object.metadata.name : `${own}/${object.metadata.name}`;
}

/** Opaque to clients, as the API has it; base64url of JSON, readable by any process that plays the same recording. */
export function writeContinueToken(token: ContinueToken): string {
  const text = JSON.stringify({ v: "meta.k8s.io/v1", ...token }).replaceAll("\u0000", "\\u0000");
  return Buffer.from(text).toString("base64url");
}

/** @throws 400 for a token that nobody gave out, or one beside a version */
export function readContinueToken(text: string, version: number | undefined): ContinueToken | undefined {
  if (text === "") return undefined;
  if (version !== undefined && version > 0)
    throw badRequest("specifying resource version is not allowed when using continue");
  const refuse = (why: string): never => {
    throw badRequest(`invalid continue token: continue key is not valid: ${why}`);
  };
  try {
    const token: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (typeof token === "object" && token !== null && "rv" in token && "start" in token) {
      if (typeof token.rv === "number" && typeof token.start === "string")
        return { rv: token.rv, start: token.start.replace(/^\//, "") };
    }
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  return refuse("unrecognized encoded version");
}
