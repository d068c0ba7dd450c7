import {
  type ApiObject,
  isObject,
  type JsonObject,
  objectAt,
  objectsAt,
  stringAt,
} from "../../../../src/replay/api/json.ts";
import { resourceOfKind } from "../../../../src/replay/api/registry.ts";
import { type Exchange, groups, pathOf, queryOf, readGroup } from "./transcripts.ts";

/** One state of an object that the recording shows. */
export interface Version {
  readonly revision: number;
  readonly object: ApiObject;
  readonly deleted: boolean;
}

/** `Kind/namespace/name`. */
export type Key = string;

export function keyOf(object: ApiObject): Key {
  return `${object.kind}/${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}

/** The whole answer of a request that was not a dry run shows a stored object. */
function storedObjects(exchange: Exchange): { object: JsonObject; deleted: boolean }[] {
  const { request, response } = exchange;
  if (request.accept?.includes("as=") === true || response.status >= 300) return [];
  const streamed = (response.chunks ?? []).flatMap(({ data }) => {
    if (typeof data === "string" || !["ADDED", "MODIFIED", "DELETED"].includes(String(data["type"]))) return [];
    return [{ object: objectAt(data, "object"), deleted: data["type"] === "DELETED" }];
  });
  const body = response.body;
  const dry = queryOf(exchange).has("dryRun") || (isObject(request.body) && request.body["dryRun"] !== undefined);
  if (!isObject(body) || dry || request.method === "DELETE" || pathOf(exchange).endsWith("/scale")) return streamed;
  const kind = stringAt(body, "kind") ?? "";
  if (kind.endsWith("List")) {
    const apiVersion = stringAt(body, "apiVersion") ?? "";
    const items = objectsAt(body, "items").map((item) => ({
      object: { ...item, kind: kind.slice(0, -4), apiVersion },
      deleted: false,
    }));
    return [...streamed, ...items];
  }
  return [...streamed, { object: body, deleted: false }];
}

/** Some answers were cut down to their metadata when they were recorded. */
function whole(object: JsonObject): object is ApiObject {
  const bare = Object.keys(object).every((key) => ["kind", "apiVersion", "metadata"].includes(key));
  const content = !["Deployment", "Pod", "Service", "ConfigMap", "Node"].includes(String(object["kind"])) || !bare;
  return (
    content &&
    stringAt(object, "metadata", "resourceVersion") !== undefined &&
    stringAt(object, "metadata", "name") !== undefined
  );
}

/** Secret values were taken out of the record; the placeholder is not base64. */
function readable(object: ApiObject): ApiObject {
  if (object.kind !== "Secret") return object;
  const data = Object.fromEntries(Object.keys(objectAt(object, "data")).map((key) => [key, "cmVtb3ZlZA=="]));
  return { ...object, data };
}

/** Every state of every object in all recorded answers, by the version it had on the recorded server. */
export function readTimeline(): ReadonlyMap<Key, readonly Version[]> {
  const timeline = new Map<Key, Version[]>();
  for (const exchange of groups.flatMap(readGroup)) {
    for (const { object, deleted } of storedObjects(exchange)) {
      if (
        !whole(object) ||
        resourceOfKind(object.apiVersion, object.kind) === undefined ||
        object.apiVersion === "events.k8s.io/v1"
      )
        continue;
      const version: Version = { revision: Number(object.metadata.resourceVersion), object: readable(object), deleted };
      const versions = timeline.get(keyOf(object)) ?? [];
      const known = versions.find((v) => v.revision === version.revision);
      // A DELETED with the version of a change is an object that left a selection.
      if (known === undefined) versions.push(version);
      else if (known.deleted && !deleted) versions[versions.indexOf(known)] = version;
      timeline.set(keyOf(object), versions);
    }
  }
  for (const versions of timeline.values()) versions.sort((a, b) => a.revision - b.revision);
  for (const exchange of groups.flatMap(readGroup)) noteAbsent(timeline, exchange);
  return timeline;
}

/** What a whole list no longer shows had been removed by kubelet or controllers. */
function noteAbsent(timeline: Map<Key, Version[]>, exchange: Exchange): void {
  const { body } = exchange.response;
  const query = queryOf(exchange);
  const kind = stringAt(body, "kind") ?? "";
  const namespace = /\/namespaces\/([^/]+)\//.exec(pathOf(exchange))?.[1];
  const label = /^([^=,! ]+)=([^=,! ]+)$/.exec(query.get("labelSelector") ?? "");
  const limited = Number(query.get("limit") ?? 0) > 0 && query.get("resourceVersion") !== "0";
  const partial =
    limited || query.has("continue") || query.has("fieldSelector") || (query.has("labelSelector") && label === null);
  if (
    !kind.endsWith("List") ||
    namespace === undefined ||
    partial ||
    kind === "EventList" ||
    exchange.request.accept?.includes("as=") === true
  )
    return;
  const revision = Number(stringAt(body, "metadata", "resourceVersion"));
  const shown = new Set(objectsAt(body, "items").map((item) => stringAt(item, "metadata", "name")));
  for (const [key, versions] of timeline) {
    const latest = versions.findLast((v) => v.revision <= revision);
    if (
      latest === undefined ||
      latest.deleted ||
      !key.startsWith(`${kind.slice(0, -4)}/${namespace}/`) ||
      shown.has(latest.object.metadata.name)
    )
      continue;
    if (label?.[1] !== undefined && latest.object.metadata.labels?.[label[1]] !== label[2]) continue;
    versions.splice(versions.indexOf(latest) + 1, 0, { revision, object: latest.object, deleted: true });
  }
}
