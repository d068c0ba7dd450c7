import { type Api, type Call, objectReply, type Reply } from "./call.ts";
import { type ContinueToken, pageKey, readContinueToken, writeContinueToken } from "./continue-token.ts";
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

/** @throws 400 for what is no number */
function limitParameter(query: URLSearchParams): number {
  const text = query.get("limit") ?? "";
  if (text !== "" && !/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  return Math.max(Number(text), 0);
}

/** The version a list shows: that of the page before, an exact one, or the newest. @throws 410 for one that is forgotten */
function versionToRead({ table }: Api, exact: number | undefined, token: ContinueToken | undefined): number {
  const oldest = table.compactedRevision();
  if (exact !== undefined && exact < oldest) throw expired(tooOld);
  if (token === undefined || token.rv <= 0) return exact ?? table.revision();
  if (token.rv < oldest) throw expired(tokenTooOld, writeContinueToken({ rv: -1, start: token.start }));
  return token.rv;
}

/** GET of a collection. */
export async function list(api: Api, call: Call): Promise<Reply> {
  const { resource, route, query } = call;
  checkListOptions(query, false);
  const selection = selectionOf(call);
  const version = versionParameter(query, false);
  const match = query.get("resourceVersionMatch") ?? "";
  const wanted = limitParameter(query);
  const token = readContinueToken(query.get("continue") ?? "", version);
  // Lists at version 0 come from the watch cache, which does not page.
  const limit = version === 0 ? 0 : wanted;
  const isExact = match === "Exact" || (match === "" && limit > 0);

  if (version !== undefined) await reach(api, version);
  const at = versionToRead(api, isExact ? version : undefined, token);
  const start = token?.start ?? "";
  const chosen = api.table
    .list(resource, route.namespace, at)
    .filter((object) => pageKey(route.namespace, object) >= start)
    .filter(selection.matches);
  const page = limit > 0 ? chosen.slice(0, limit) : chosen;
  const last = page.at(-1);
  const metadata: JsonObject = { resourceVersion: String(at) };
  if (last !== undefined && page.length < chosen.length) {
    metadata["continue"] = writeContinueToken({ rv: at, start: `/${pageKey(route.namespace, last)}\u0000` });
    // With a selector the server does not know how many are left.
    if (!selection.selective) metadata["remainingItemCount"] = chosen.length - page.length;
  }
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
