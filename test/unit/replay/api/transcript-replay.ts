import { type Authenticate, anonymous, clusterAdmin, serviceAccount } from "../../../../src/replay/api/identity.ts";
import {
  type ApiObject,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  stringAt,
} from "../../../../src/replay/api/json.ts";
import { createObjectTable, type ObjectTable } from "../../../../src/replay/api/object-table.ts";
import { findResource, resources } from "../../../../src/replay/api/registry.ts";
import { parseRoute } from "../../../../src/replay/api/router.ts";
import { type ApiServer, startApiServer } from "../../../../src/replay/api/server.ts";
import { rbacAuthorizer } from "../../../support/api-server/rbac-authorizer.ts";
import { difference, type Got, sameMessage } from "./transcript-compare.ts";
import { recordedLogs, recordedProxy } from "./transcript-ports.ts";
import { fixtures, goneBefore, nowAt, putBefore } from "./transcript-scope.ts";
import { type Key, keyOf, type Version } from "./transcript-timeline.ts";
import { type Exchange, pathOf, queryOf } from "./transcripts.ts";

export interface Outcome {
  readonly exchange: Exchange;
  readonly difference: string | undefined;
  readonly sameMessage: boolean;
}

/**
 * Plays one recorded topic against a fresh emulator. Before each request the table gets the states that the recording
 * shows for that moment (what controllers did in between); the answer must come from the emulator.
 */
export async function replayGroup(
  exchanges: readonly Exchange[],
  timeline: ReadonlyMap<Key, readonly Version[]>,
  skip: (e: Exchange) => boolean,
): Promise<Outcome[]> {
  let now = Date.parse("2026-11-20T22:40:00Z");
  const table = createObjectTable({ now: () => now });
  for (const object of fixtures) table.apply({ type: "ADDED", object });
  const server = await startApiServer({
    table,
    authenticate,
    authorize: rbacAuthorizer(table),
    logs: recordedLogs,
    proxy: recordedProxy(exchanges),
    futureVersionWaitMs: 20,
  });
  const state = new ReplayState(table, timeline);
  const outcomes: Outcome[] = [];
  try {
    for (const exchange of exchanges) {
      state.advance(exchange);
      if (skip(exchange)) continue;
      now = nowAt(exchange) ?? now;
      const got = await send(server, state, exchange);
      const found = difference(exchange, got) ?? state.versionDifference(exchange, got);
      outcomes.push({ exchange, difference: found, sameMessage: sameMessage(exchange, got) });
    }
  } finally {
    await server.close();
  }
  return outcomes;
}

const authenticate: Authenticate = (authorization) => {
  const who = authorization?.replace("Bearer ", "");
  if (who === undefined) return anonymous;
  if (who === "admin") return clusterAdmin;
  if (!who.startsWith("sa:") || who === "sa:wrong-audience") return "unauthorized";
  return serviceAccount("apilab", who.slice(3));
};

/** Follows the recorded server's versions while the emulator counts its own. */
class ReplayState {
  readonly table: ObjectTable;
  readonly timeline: ReadonlyMap<Key, readonly Version[]>;
  readonly own = new Map<string, string>();
  readonly synced = new Map<Key, number>();
  clock = 0;
  before: ApiObject | undefined;

  constructor(table: ObjectTable, timeline: ReadonlyMap<Key, readonly Version[]>) {
    this.table = table;
    this.timeline = timeline;
  }

  /** Brings the table to the moment before the request. */
  advance(exchange: Exchange): void {
    const { body, status } = exchange.response;
    const shown = Number(stringAt(body, "metadata", "resourceVersion") ?? 0);
    const writes = exchange.request.method !== "GET" && !isDryRun(exchange);
    if (status < 300 && exchange.response.chunks === undefined)
      this.clock = Math.max(this.clock, writes ? shown - 1 : shown);
    for (const [key, versions] of this.timeline) {
      const latest = versions.findLast((v) => v.revision <= this.clock);
      if (latest !== undefined && latest.revision > (this.synced.get(key) ?? 0)) this.take(key, latest);
    }
    for (const key of goneBefore(exchange)) this.drop(key);
    for (const object of putBefore(exchange))
      this.take(keyOf(object), { revision: this.clock, object, deleted: false });
    this.seedTarget(exchange);
    this.before = this.targetOf(exchange);
  }

  private take(key: Key, version: Version): void {
    const stored = this.table.apply({ type: version.deleted ? "DELETED" : "ADDED", object: version.object });
    this.synced.set(key, version.revision);
    if (stored !== undefined && version.object.metadata.resourceVersion !== "")
      this.own.set(version.object.metadata.resourceVersion, stored.metadata.resourceVersion);
  }

  private drop(key: Key): void {
    const [kind = "", namespace = "", name = ""] = key.split("/");
    const resource = resources.find((r) => r.kind === kind);
    if (resource === undefined) return;
    const fits = (own: string): boolean => (name.endsWith("*") ? own.startsWith(name.slice(0, -1)) : own === name);
    for (const { metadata } of this.table.list(resource, namespace).filter((o) => fits(o.metadata.name))) {
      this.table.remove(resource, namespace, metadata.name);
    }
    this.synced.set(key, this.clock);
  }

  /** Objects that the recorder made without a record are taken from the nearest state it shows of them. */
  private seedTarget(exchange: Exchange): void {
    const { status } = exchange.response;
    if (status === 404 || status === 405 || status === 201 || this.targetOf(exchange) !== undefined) return;
    const key = this.targetKey(exchange);
    const versions = key === undefined ? undefined : this.timeline.get(key);
    const nearest = versions?.find((v) => v.revision > this.clock) ?? versions?.at(-1);
    if (key !== undefined && nearest !== undefined) this.take(key, { ...nearest, deleted: false });
  }

  private targetKey(exchange: Exchange): Key | undefined {
    const route = parseRoute(exchange.request.method, pathOf(exchange), queryOf(exchange));
    if (route === "no-path" || route.kind !== "resource" || route.name === "") return undefined;
    const resource = findResource(route.group, route.version, route.resource);
    const name = route.subresource === "proxy" ? (route.name.replace(/^https?:/, "").split(":")[0] ?? "") : route.name;
    return resource === undefined ? undefined : `${resource.kind}/${route.namespace}/${name}`;
  }

  targetOf(exchange: Exchange): ApiObject | undefined {
    const route = parseRoute(exchange.request.method, pathOf(exchange), queryOf(exchange));
    if (route === "no-path" || route.kind !== "resource") return undefined;
    const resource = findResource(route.group, route.version, route.resource);
    return resource === undefined ? undefined : this.table.get(resource, route.namespace, route.name);
  }

  /** A version that the recording shows twice must be shown twice; a dry run keeps the version. */
  versionDifference(exchange: Exchange, got: Got): string | undefined {
    const recorded = stringAt(exchange.response.body, "metadata", "resourceVersion");
    const version = stringAt(got.body, "metadata", "resourceVersion");
    const { method } = exchange.request;
    if (
      method === "GET" &&
      got.status === 200 &&
      recorded !== undefined &&
      objectAt(exchange.response.body)["items"] === undefined
    ) {
      const known = this.own.get(recorded);
      return known === undefined || known === version ? undefined : `version ${version} instead of ${known}`;
    }
    if (got.status >= 300 || method === "GET" || String(objectAt(exchange.response.body)["kind"]).endsWith("List"))
      return undefined;
    if (isDryRun(exchange)) {
      const expected = method === "POST" ? undefined : this.before?.metadata.resourceVersion;
      return recorded === undefined || version === expected
        ? undefined
        : `dry run shows version ${version} instead of ${expected}`;
    }
    if (recorded === undefined || version === undefined) return undefined;
    this.renameGenerated(exchange, got);
    const known = this.own.get(recorded);
    const key = this.targetKey(exchange) ?? keyOf(got.body as ApiObject);
    this.own.set(recorded, version);
    this.synced.set(key, Math.max(Number(recorded), this.clock));
    this.clock = Math.max(this.clock, Number(recorded));
    return known === undefined || known === version
      ? undefined
      : `version ${version} instead of ${known}, which a change of nothing keeps`;
  }

  /** A generated name is random: later requests use the recorded one. */
  private renameGenerated(exchange: Exchange, got: Got): void {
    if (!isObject(exchange.response.body) || stringAt(exchange.response.body, "metadata", "generateName") === undefined)
      return;
    const own = got.body as ApiObject;
    const resource = resources.find((r) => r.kind === own.kind && r.viewOf === undefined);
    if (resource === undefined || exchange.request.method !== "POST") return;
    const stored = this.table.get(resource, own.metadata.namespace ?? "", own.metadata.name);
    const name = stringAt(exchange.response.body, "metadata", "name") ?? "";
    this.table.remove(resource, own.metadata.namespace ?? "", own.metadata.name);
    if (stored !== undefined) this.table.put(resource, { ...stored, metadata: { ...stored.metadata, name } });
  }

  /** Versions and uids in a request are those of the recorded server. */
  translated(body: Json | undefined, exchange: Exchange): Json | undefined {
    const version = (text: string): string => this.own.get(text) ?? text;
    // A version that a controller made between two answers: the recorded server took it, so it was the live one.
    const { status } = exchange.response;
    const accepted =
      (status < 300 || (status === 422 && exchange.request.method === "PUT")) &&
      exchange.request.method !== "POST" &&
      !/"resourceVersion":"0"/.test(JSON.stringify(body ?? ""));
    const walk = (value: Json | undefined, key: string): Json | undefined => {
      if (Array.isArray(value)) return value.map((item) => walk(item, key) ?? null);
      if (isObject(value)) {
        const pointer = stringAt(value, "path") ?? "";
        return Object.fromEntries(
          Object.entries(value).map(([k, v]) => [
            k,
            walk(v, k === "value" && pointer.endsWith("/resourceVersion") ? "resourceVersion" : k),
          ]),
        );
      }
      if (typeof value !== "string") return value;
      if (key === "resourceVersion")
        return accepted && !this.own.has(value) ? (this.before?.metadata.resourceVersion ?? value) : version(value);
      const uid = this.targetOf(exchange)?.metadata.uid;
      return key === "uid" && uid !== undefined && !value.startsWith("00000000") ? uid : value;
    };
    return walk(body, "");
  }
}

function isDryRun({ request, ...exchange }: Exchange): boolean {
  const inBody =
    isObject(request.body) &&
    (request.body["dryRun"] !== undefined || objectAt(request.body, "deleteOptions")["dryRun"] !== undefined);
  if (request.method === "DELETE" && request.body !== undefined && request.body !== null) return inBody;
  return inBody || queryOf({ request, ...exchange }).get("dryRun") === "All";
}

const shortened = /^<([\d,]+) times x>$/;

/** Bodies that were shortened in the record are made long again. */
function expanded(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => expanded(item) ?? null);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, expanded(v)]));
  const times = typeof value === "string" ? shortened.exec(value)?.[1] : undefined;
  return times === undefined ? value : "x".repeat(Number(times.replaceAll(",", "")));
}

async function send(server: ApiServer, state: ReplayState, exchange: Exchange): Promise<Got> {
  const { request } = exchange;
  const query = queryOf(exchange);
  const version = query.get("resourceVersion");
  if (version !== null) query.set("resourceVersion", state.own.get(version) ?? version);
  const headers: Record<string, string> = { ...request.headers, "user-agent": "apilab-recorder" };
  if (request.as !== "anonymous") headers["authorization"] = `Bearer ${request.as}`;
  if (request.contentType) headers["content-type"] = request.contentType;
  if (request.accept !== undefined) headers["accept"] = request.accept;
  const body =
    typeof request.body === "string"
      ? request.body
      : request.body === undefined || (request.body === null && !request.contentType)
        ? undefined
        : JSON.stringify(expanded(state.translated(request.body, exchange)));
  const text = query.toString();
  try {
    const response = await fetch(`${server.url}${pathOf(exchange)}${text === "" ? "" : `?${text}`}`, {
      method: request.method,
      headers,
      ...(body === undefined || request.method === "GET" ? {} : { body }),
    });
    const answer = await response.text();
    const contentType = response.headers.get("content-type") ?? "";
    return {
      status: response.status,
      contentType,
      headers: Object.fromEntries(response.headers),
      body: contentType.startsWith("application/json") && answer !== "" ? parsed(answer) : answer,
    };
  } catch (error) {
    if (error instanceof TypeError) return { status: 0, contentType: "", headers: {}, body: null };
    throw error;
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    // A watch's answer is one object a line.
    return text;
  }
}
