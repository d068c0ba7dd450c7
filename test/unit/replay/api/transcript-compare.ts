import { parse } from "yaml";
import {
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  objectsAt,
  sameJson,
  stringAt,
} from "../../../../src/replay/api/json.ts";
import type { Exchange } from "./transcripts.ts";

/** An answer of the emulator. */
export interface Got {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** Members of metadata that differ on every server. generateName: the name is random then. */
const ownToServer = ["uid", "resourceVersion", "creationTimestamp", "managedFields", "deletionTimestamp"];

/** Written by controllers, which the emulator does not have. */
const controllerAnnotations = [
  "deployment.kubernetes.io/revision",
  "deployment.kubernetes.io/revision-history",
  "endpoints.kubernetes.io/last-change-trigger-time",
];

/** The first difference between two answers, in words; undefined when they say the same. */
export function difference(exchange: Exchange, got: Got): string | undefined {
  const { response } = exchange;
  if (got.status !== response.status)
    return `status ${got.status}, recorded ${response.status}: ${JSON.stringify(got.body).slice(0, 300)}`;
  const type = (text: string | undefined): string => (text ?? "").split(";")[0] ?? "";
  if (type(got.contentType) !== type(response.contentType))
    return `content type ${got.contentType}, recorded ${response.contentType}`;
  for (const header of ["warning", "retry-after"]) {
    const [own, recorded] = [got.headers[header], response.headers?.[header]];
    if (own !== recorded) return `header ${header}: ${own}, recorded ${recorded}`;
  }
  const [own, recorded] = [readText(got), readText({ ...response, contentType: response.contentType ?? "" })];
  if (!isObject(own) || !isObject(recorded)) return textDifference(own, recorded);
  // Some answers were cut down to their metadata when they were recorded.
  const cut = exchange.name.endsWith("/ stored object afterwards");
  return firstDifference("", comparable(cut ? pick(own, recorded) : own), comparable(recorded));
}

/** The first difference between two objects, what servers choose left aside. */
export function sameContent(own: JsonObject, recorded: JsonObject): string | undefined {
  return firstDifference("", comparable(own), comparable(recorded));
}

/** YAML is compared by what it says; so is a watch of one event. */
function readText({ contentType, body }: { readonly contentType: string; readonly body: Json }): Json {
  if (isObject(body) && isObject(body["object"])) return body["object"];
  if (typeof body !== "string") return body;
  if (contentType.startsWith("application/yaml")) return parse(body) as Json;
  if (!body.startsWith('{"type":')) return body;
  return objectAt(JSON.parse(body.split("\n")[0] ?? "") as Json, "object");
}

/** Only the members that the other object has, two levels deep. */
function pick(object: JsonObject, like: JsonObject): JsonObject {
  const inner = (key: string): Json | undefined => {
    const [own, other] = [object[key], like[key]];
    return key === "metadata" && isObject(own) && isObject(other) ? pick(own, other) : own;
  };
  return Object.fromEntries(Object.keys(like).map((key) => [key, inner(key)]));
}

function textDifference(own: Json, recorded: Json): string | undefined {
  return sameJson(own ?? "", recorded ?? "")
    ? undefined
    : `text ${JSON.stringify(own).slice(0, 200)}, recorded ${JSON.stringify(recorded).slice(0, 200)}`;
}

/** The message of an error, where the recorded one does not hold parts of other objects. */
export function sameMessage(exchange: Exchange, got: Got): boolean {
  const message = (body: Json): string => masked(stringAt(body, "message") ?? "");
  return message(got.body) === message(exchange.response.body);
}

/** Ids, versions and quoted objects are not compared. */
function masked(text: string): string {
  return (
    text
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uid>")
      .replace(/(record|current:|version:) \(?\d+\)?( \(\d+\))?/g, "$1 <version>")
      .replace(/Invalid value: "\{.*\}": /, "Invalid value: <object>: ")
      .replace(/"[a-z]+[-.][a-z0-9]{5}"/, '"<generated>"')
      // Job templates are quoted as the server's own structs.
      .replace(/Invalid value: \{.{400,}\}: /, "Invalid value: <object>: ")
      .replace(/\n@@ .*/s, "")
  );
}

/** What two servers must agree on. A recorded body that was cut down is compared as far as it goes. */
function comparable(body: JsonObject): JsonObject {
  const kind = stringAt(body, "kind") ?? "";
  if (kind === "Status") {
    const { message: _message, metadata, ...rest } = body;
    const { uid: _uid, ...details } = objectAt(body, "details");
    const causes = new Map(
      objectsAt(body, "details", "causes").map((cause) => [
        `${stringAt(cause, "field")} ${masked(stringAt(cause, "message") ?? "")}`,
        cause["reason"] ?? null,
      ]),
    );
    // How often the same finding is repeated depends on the kind; what is found does not.
    const name = masked(JSON.stringify(details["name"] ?? ""));
    return {
      ...rest,
      ...(body["details"] === undefined ? {} : { details: { ...details, name, causes: Object.fromEntries(causes) } }),
      continues: objectAt(metadata)["continue"] !== undefined,
    };
  }
  if (kind === "SelfSubjectReview") {
    // Ids of the token are known to its issuer alone.
    const { uid: _uid, extra: _extra, ...user } = objectAt(body, "status", "userInfo");
    return { kind, apiVersion: body["apiVersion"], user };
  }
  if (kind === "APIResourceList" || kind === "APIGroupList") return body;
  if (!kind.endsWith("List")) return withoutOwn(body);
  const { continue: more, remainingItemCount } = objectAt(body, "metadata");
  return {
    kind,
    apiVersion: body["apiVersion"],
    more: more !== undefined,
    remainingItemCount,
    items: objectsAt(body, "items").map(withoutOwn),
  };
}

/** Values that the server picks: uids in labels, addresses and ports of services, Secret data taken out of the record. */
function chosenByServer(value: Json | undefined, key = ""): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => chosenByServer(item, key) ?? null);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, chosenByServer(v, k)]));
  if (["nodePort", "clusterIP", "clusterIPs"].includes(key) && value !== "None") return `<${key}>`;
  return typeof value === "string" ? value.replace(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "<uid>") : value;
}

function withoutOwn(object: JsonObject): JsonObject {
  const secret = object["kind"] === "Secret" ? { data: Object.keys(objectAt(object, "data")).sort() } : {};
  const { status, ...rest } = objectAt({ o: chosenByServer({ ...object, ...secret }) }, "o");
  const metadata = { ...objectAt(object, "metadata") };
  for (const name of ownToServer) delete metadata[name];
  if (metadata["generateName"] !== undefined) delete metadata["name"];
  metadata["deleting"] = objectAt(object, "metadata")["deletionTimestamp"] !== undefined;
  const annotations = { ...objectAt(metadata, "annotations") };
  for (const name of controllerAnnotations) delete annotations[name];
  delete metadata["annotations"];
  if (Object.keys(annotations).length > 0) metadata["annotations"] = annotations;
  // A Scale's and a review's status is the answer itself; others are written by controllers.
  const answered = object["kind"] === "Scale" || String(object["kind"]).endsWith("Review");
  const shown = answered && isObject(status) ? { status: { ...status, replicas: undefined } } : {};
  return { ...rest, ...shown, metadata };
}

function firstDifference(path: string, own: Json | undefined, recorded: Json | undefined): string | undefined {
  if (sameJson(own, recorded)) return undefined;
  if (Array.isArray(own) && Array.isArray(recorded) && own.length === recorded.length) {
    return own.map((item, i) => firstDifference(`${path}[${i}]`, item, recorded[i])).find((d) => d !== undefined);
  }
  if (isObject(own) && isObject(recorded)) {
    const keys = new Set([...Object.keys(own), ...Object.keys(recorded)]);
    return [...keys]
      .map((key) => firstDifference(`${path}.${key}`, own[key], recorded[key]))
      .find((d) => d !== undefined);
  }
  return `${path}: ${JSON.stringify(own)?.slice(0, 300)}, recorded ${JSON.stringify(recorded)?.slice(0, 300)}`;
}
