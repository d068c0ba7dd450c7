import { type Api, type Call, objectReply, type Reply } from "./call.ts";
import type { ApiObject, JsonObject } from "./json.ts";
import { apiVersionOf, type Resource } from "./registry.ts";
import { parseFieldSelector, parseLabelSelector } from "./selectors.ts";
import { badRequest, expired, type FieldError, internal, invalid, tooLargeVersion } from "./status-errors.ts";
import { toView } from "./views.ts";

const tooOld = "The resourceVersion for the provided list is too old.";
const tokenTooOld =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

/** Which objects a list, watch or deletecollection is about. */
export interface Selection {
  readonly matches: (object: ApiObject) => boolean;
  readonly selective: boolean;
}

/** @throws 400 when a selector cannot be read. */
export function selectionOf(call: Call): Selection {
  const labels = call.query.get("labelSelector") ?? "";
  const fields = call.query.get("fieldSelector") ?? "";
  const byLabel = parseLabelSelector(labels);
  const byField = parseFieldSelector(call.resource, fields);
  return {
    matches: (object) => byLabel(object.metadata.labels ?? {}) && byField(toView(call.resource, object)),
    selective: labels !== "" || fields !== "",
  };
}

/** ListOptions that contradict each other are a 422, before anything is read. */
export function checkListOptions(query: URLSearchParams, watching: boolean): void {
  const version = query.get("resourceVersion") ?? "";
  const match = query.get("resourceVersionMatch") ?? "";
  const initial = query.get("sendInitialEvents");
  const forbid = (message: string): FieldError => ({
    field: "resourceVersionMatch",
    reason: "FieldValueForbidden",
    message: `Forbidden: ${message}`,
  });
  const errors: FieldError[] = [];
  if (watching && initial !== null && match !== "NotOlderThan") {
    errors.push(forbid("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  } else if (match !== "" && version === "" && initial === null) {
    errors.push(forbid("resourceVersionMatch is forbidden unless resourceVersion is provided"));
  } else if (match !== "" && match !== "Exact" && match !== "NotOlderThan") {
    const message = `Unsupported value: "${match}": supported values: "Exact", "NotOlderThan"`;
    errors.push({ field: "resourceVersionMatch", reason: "FieldValueNotSupported", message });
  } else if (match === "Exact" && version === "0") {
    errors.push(forbid('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
  }
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", errors);
}

/** A resourceVersion parameter; undefined when absent. A watch answers 500 for what is no number, a list 400. */
export function versionParameter(query: URLSearchParams, watching: boolean): number | undefined {
  const text = query.get("resourceVersion") ?? "";
  if (text === "") return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const why = `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`;
  throw watching ? internal(why) : badRequest(`invalid resource version: ${why}`);
}

/** Waits until the table has reached a version a client asked for; 504 after the wait, like the API server. */
export async function reach(api: Api, version: number): Promise<void> {
  if (version <= api.table.revision()) return;
  const reached = await new Promise<boolean>((resolve) => {
    const stop = api.table.subscribe((event) => {
      if (event.resourceVersion >= version) finish(true);
    });
    const timer = setTimeout(() => finish(false), api.futureVersionWaitMs);
    const finish = (value: boolean): void => {
      stop();
      clearTimeout(timer);
      resolve(value);
    };
  });
  if (!reached) throw tooLargeVersion(version, api.table.revision());
}

interface Token {
  readonly rv: number;
  readonly start: string;
}

/** GET of a collection. */
export async function list(api: Api, call: Call): Promise<Reply> {
  const { resource, route, query } = call;
  checkListOptions(query, false);
  const selection = selectionOf(call);
  const version = versionParameter(query, false);
  const match = query.get("resourceVersionMatch") ?? "";
  const limitText = query.get("limit") ?? "";
  if (limitText !== "" && !/^-?\d+$/.test(limitText))
    throw badRequest(`strconv.ParseInt: parsing "${limitText}": invalid syntax`);
  const token = readToken(query.get("continue") ?? "", version);
  // Lists at version 0 come from the watch cache, which does not page.
  const limit = version === 0 ? 0 : Math.max(Number(limitText), 0);

  if (version !== undefined && version > 0) {
    await reach(api, version);
    const exact = match === "Exact" || (match === "" && limit > 0);
    if (exact && version < api.table.compactedRevision()) throw expired(tooOld);
  }
  if (token !== undefined && token.rv > 0 && token.rv < api.table.compactedRevision()) {
    throw expired(tokenTooOld, writeToken({ rv: -1, start: token.start.replace(/^\//, "") }));
  }
  const exactAt = match === "Exact" || (match === "" && limit > 0 && version !== 0) ? version : undefined;
  const at = token !== undefined && token.rv > 0 ? token.rv : (exactAt ?? api.table.revision());
  const everything = api.table.list(resource, route.namespace, at);
  const after =
    token === undefined
      ? everything
      : everything.filter((o) => pageKey(route.namespace, o) >= token.start.replace(/^\//, ""));
  const chosen = after.filter(selection.matches);
  const page = limit > 0 ? chosen.slice(0, limit) : chosen;
  const last = page.at(-1);
  const more = last !== undefined && page.length < chosen.length;
  const metadata: JsonObject = { resourceVersion: String(at) };
  if (more) metadata["continue"] = writeToken({ rv: at, start: `/${pageKey(route.namespace, last)}\u0000` });
  // With a selector the server does not know how many are left.
  if (more && !selection.selective) metadata["remainingItemCount"] = chosen.length - page.length;
  return objectReply(listOf(resource, page, metadata));
}

/** A v1 List of a kind; its items carry neither kind nor apiVersion. */
export function listOf(resource: Resource, objects: readonly ApiObject[], metadata: JsonObject): JsonObject {
  const items = objects.map((object): JsonObject => {
    const { kind: _kind, apiVersion: _apiVersion, ...item } = toView(resource, object);
    return item;
  });
  return { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata, items };
}

function pageKey(namespace: string, object: ApiObject): string {
  const own = object.metadata.namespace ?? "";
  return namespace !== "" || own === "" ? object.metadata.name : `${own}/${object.metadata.name}`;
}

function writeToken(token: Token): string {
  const text = JSON.stringify({ v: "meta.k8s.io/v1", ...token }).replaceAll("\u0000", "\\u0000");
  return Buffer.from(text).toString("base64url");
}

function readToken(text: string, version: number | undefined): Token | undefined {
  if (text === "") return undefined;
  if (version !== undefined && version > 0)
    throw badRequest("specifying resource version is not allowed when using continue");
  const refuse = (why: string): never => {
    throw badRequest(`invalid continue token: continue key is not valid: ${why}`);
  };
  try {
    const token: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    if (typeof token === "object" && token !== null && "rv" in token && "start" in token) {
      if (typeof token.rv === "number" && typeof token.start === "string") return { rv: token.rv, start: token.start };
    }
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  return refuse("unrecognized encoded version");
}
