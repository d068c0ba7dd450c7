import type { Api, Call, Reply, Sink } from "./call.ts";
import type { ApiObject, JsonObject } from "./json.ts";
import { checkListOptions, selectionOf, versionParameter } from "./list.ts";
import type { TableEvent } from "./object-table.ts";
import { apiVersionOf, storedAs } from "./registry.ts";
import { isTrue } from "./router.ts";
import { badRequest, expired } from "./status-errors.ts";
import { toView } from "./views.ts";

/** A watch without timeoutSeconds ends after 30 to 60 minutes on a real server. */
const defaultTimeoutSeconds = 1800;
/** The last BOOKMARK comes this long before the end, ms. */
const lastBookmarkMs = 2000;

type Send = (type: string, object: JsonObject) => void;

/** GET of a collection with watch=true: one JSON object a line until the client leaves or the time is over. */
export function watch(api: Api, call: Call): Reply {
  checkListOptions(call.query, true);
  const version = versionParameter(call.query, true);
  const timeout = call.query.get("timeoutSeconds") ?? "";
  if (timeout !== "" && !/^-?\d+$/.test(timeout))
    throw badRequest(`strconv.ParseInt: parsing "${timeout}": invalid syntax`);
  const narrowed = narrow(call);
  selectionOf(narrowed);
  const timeoutMs = (Number(timeout) > 0 ? Number(timeout) : defaultTimeoutSeconds) * 1000;
  return {
    kind: "stream",
    contentType: "application/json",
    open: (sink) => run(api, narrowed, version, timeoutMs, sink),
  };
}

/** The deprecated /watch/.../name path watches one object. */
function narrow(call: Call): Call {
  if (call.route.name === "") return call;
  const query = new URLSearchParams(call.query);
  query.set("fieldSelector", `metadata.name=${call.route.name}`);
  return { ...call, query };
}

function run(api: Api, call: Call, version: number | undefined, timeoutMs: number, sink: Sink): () => void {
  const { table } = api;
  const send: Send = (type, object) => sink.write(`${JSON.stringify({ type, object })}\n`);
  if (version !== undefined && version > 0 && version < table.compactedRevision()) {
    send("ERROR", expired(`too old resource version: ${version} (${table.compactedRevision()})`).body);
    sink.end();
    return () => undefined;
  }
  const bookmarks = isTrue(call.query.get("allowWatchBookmarks"));
  const forward = forwarder(call, send);
  const fresh = version === undefined || version === 0;
  const initial = fresh || call.query.get("sendInitialEvents") === "true";
  if (initial) sendInitial(api, call, send);
  else for (const event of table.eventsSince(version)) forward(event);
  // A version of the future: nothing is told until the table has passed it.
  const since = initial ? table.revision() : (version ?? 0);
  const unsubscribe = table.subscribe((event) => {
    if (event.resourceVersion > since) forward(event);
  });

  const bookmark = (): void => {
    if (bookmarks) send("BOOKMARK", bookmarkOf(call, Math.max(table.revision(), since)));
  };
  const timers: NodeJS.Timeout[] = [
    setTimeout(() => stop(true), timeoutMs),
    setInterval(bookmark, api.bookmarkIntervalMs),
  ];
  if (timeoutMs > 2 * lastBookmarkMs) timers.push(setTimeout(bookmark, timeoutMs - lastBookmarkMs));
  const stop = (end: boolean): void => {
    unsubscribe();
    for (const timer of timers) clearTimeout(timer);
    if (end) sink.end();
  };
  return () => stop(false);
}

/** ADDED for what exists; a streaming list marks its end with an annotated BOOKMARK. */
function sendInitial({ table }: Api, call: Call, send: Send): void {
  const { matches } = selectionOf(call);
  for (const object of table.list(call.resource, call.route.namespace)) {
    if (matches(object)) send("ADDED", toView(call.resource, object));
  }
  if (call.query.get("sendInitialEvents") !== "true" || !isTrue(call.query.get("allowWatchBookmarks"))) return;
  const end = bookmarkOf(call, table.revision());
  send("BOOKMARK", {
    ...end,
    metadata: { resourceVersion: String(table.revision()), annotations: { "k8s.io/initial-events-end": "true" } },
  });
}

function bookmarkOf(call: Call, revision: number): JsonObject {
  return {
    kind: call.resource.kind,
    apiVersion: apiVersionOf(call.resource),
    metadata: { resourceVersion: String(revision) },
  };
}

/**
 * Tells a change in terms of the selection: an object that leaves it is DELETED, with its old state and the new
 * version; one that enters is ADDED.
 */
function forwarder(call: Call, send: Send): (event: TableEvent) => void {
  const { matches } = selectionOf(call);
  const stored = storedAs(call.resource);
  const { namespace } = call.route;
  return (event) => {
    if (event.resource !== stored || (namespace !== "" && event.object.metadata.namespace !== namespace)) return;
    const before = event.previous !== undefined && matches(event.previous);
    const after = event.type !== "DELETED" && matches(event.object);
    if (after) send(before ? "MODIFIED" : "ADDED", toView(call.resource, event.object));
    else if (before && event.previous !== undefined) {
      const last = event.type === "DELETED" ? event.object : withVersion(event.previous, event.resourceVersion);
      send("DELETED", toView(call.resource, last));
    }
  };
}

function withVersion(object: ApiObject, revision: number): ApiObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
