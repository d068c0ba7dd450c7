import { type ApiObject, copy, type JsonObject, sameJson } from "./json.ts";
import { qualifiedName, type Resource, resourceOfKind, storedAs } from "./registry.ts";

export type ChangeType = "ADDED" | "MODIFIED" | "DELETED";

/** One entry of the watch log. `previous` is what the object was before, also for DELETED. */
export interface TableEvent {
  readonly resourceVersion: number;
  readonly resource: Resource;
  readonly type: ChangeType;
  readonly object: ApiObject;
  readonly previous: ApiObject | undefined;
}

/** A change that a client made. `after` is undefined when the object is gone. Dry runs are not told. */
export interface Write {
  readonly verb: "create" | "update" | "patch" | "delete" | "evict";
  readonly resource: Resource;
  readonly subresource: string;
  readonly user: string;
  readonly before: ApiObject | undefined;
  readonly after: ApiObject | undefined;
  readonly dryRun: false;
}

export interface TableOptions {
  /** Time of creationTimestamp and deletionTimestamp, Unix ms. */
  readonly now?: () => number;
  /** Events kept for watches that resume; older ones are compacted and such watches get 410. Default 10,000. */
  readonly historyLimit?: number;
  /** Called after a client's change was stored. */
  readonly onWrite?: (write: Write) => void;
}

/** An in-memory store of objects with the versions, uids and watch log of a Kubernetes API server. */
export interface ObjectTable {
  readonly now: () => number;
  /** The version of the newest change. */
  revision(): number;
  /** Watches and lists at this version or older get 410. */
  compactedRevision(): number;
  get(resource: Resource, namespace: string, name: string): ApiObject | undefined;
  /** Objects sorted by namespace and name; all namespaces when it is "". `at`: as they were at that version. */
  list(resource: Resource, namespace: string, at?: number): readonly ApiObject[];
  /** Stores an object and returns it with its new resourceVersion. */
  put(resource: Resource, object: ApiObject): ApiObject;
  /** Takes an object out. The returned last state has a version higher than all before. */
  remove(resource: Resource, namespace: string, name: string): ApiObject | undefined;
  /** Applies a change that was recorded elsewhere: it keeps uid and generation, and gets a version of this table. */
  apply(change: { readonly type: ChangeType; readonly object: JsonObject }): ApiObject | undefined;
  /** The log after `revision`, oldest first. */
  eventsSince(revision: number): readonly TableEvent[];
  subscribe(listener: (event: TableEvent) => void): () => void;
  /** Forgets the log up to now: what etcd compaction does to watchers that fell behind. */
  compact(): void;
  /** Tells the onWrite hook. */
  wrote(write: Write): void;
}

/** Small versions ("1", "5") must be in the past, so counting starts above them. */
const firstRevision = 1000;

/** @throws when a recorded change has a kind this API does not serve. */
export function createObjectTable(options: TableOptions = {}): ObjectTable {
  const now = options.now ?? Date.now;
  const historyLimit = options.historyLimit ?? 10_000;
  const stores = new Map<string, Map<string, ApiObject>>();
  const listeners = new Set<(event: TableEvent) => void>();
  let log: TableEvent[] = [];
  let revision = firstRevision;
  let compacted = firstRevision;

  const storeOf = (resource: Resource): Map<string, ApiObject> => {
    const id = qualifiedName(storedAs(resource));
    const store = stores.get(id) ?? new Map<string, ApiObject>();
    stores.set(id, store);
    return store;
  };

  const record = (resource: Resource, type: ChangeType, object: ApiObject, previous: ApiObject | undefined): void => {
    const event: TableEvent = { resourceVersion: revision, resource: storedAs(resource), type, object, previous };
    log.push(event);
    if (log.length > historyLimit) {
      // Dropping in blocks keeps the cost of a write constant.
      const dropped = log.splice(0, Math.ceil(historyLimit / 10));
      compacted = dropped.at(-1)?.resourceVersion ?? compacted;
    }
    for (const listener of [...listeners]) listener(event);
  };

  const put = (resource: Resource, object: ApiObject): ApiObject => {
    const store = storeOf(resource);
    const key = keyOf(object.metadata.namespace ?? "", object.metadata.name);
    const previous = store.get(key);
    revision++;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    store.set(key, stored);
    record(resource, previous === undefined ? "ADDED" : "MODIFIED", stored, previous);
    return stored;
  };

  const remove = (resource: Resource, namespace: string, name: string): ApiObject | undefined => {
    const store = storeOf(resource);
    const previous = store.get(keyOf(namespace, name));
    if (previous === undefined) return undefined;
    revision++;
    store.delete(keyOf(namespace, name));
    const last = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } };
    record(resource, "DELETED", last, previous);
    return last;
  };

  return {
    now,
    revision: () => revision,
    compactedRevision: () => compacted,
    get: (resource, namespace, name) => storeOf(resource).get(keyOf(namespace, name)),
    list: (resource, namespace, at) => {
      const objects =
        at === undefined || at >= revision
          ? storeOf(resource)
          : rewound(storeOf(resource), log, storedAs(resource), at);
      const wanted = [...objects.values()].filter((o) => namespace === "" || o.metadata.namespace === namespace);
      return wanted.sort((a, b) => compareKeys(keyOfObject(a), keyOfObject(b)));
    },
    put,
    remove,
    apply: ({ type, object }) => {
      const candidate = copy(object) as ApiObject;
      const resource = resourceOfKind(candidate.apiVersion, candidate.kind);
      if (resource === undefined) throw new Error(`this API does not serve ${candidate.apiVersion} ${candidate.kind}`);
      const { namespace = "", name } = candidate.metadata;
      const known = storeOf(resource).get(keyOf(namespace, name));
      if (type === "DELETED") {
        if (known === undefined) return undefined;
        // The last state (deletionTimestamp, final status) belongs to the DELETED event.
        storeOf(resource).set(keyOf(namespace, name), {
          ...candidate,
          metadata: { ...candidate.metadata, uid: known.metadata.uid },
        });
        return remove(resource, namespace, name);
      }
      const uid = candidate.metadata.uid ?? known?.metadata.uid ?? crypto.randomUUID();
      if (known !== undefined && known.metadata.uid !== uid) remove(resource, namespace, name);
      const next = { ...candidate, metadata: { ...candidate.metadata, uid } };
      if (known !== undefined && sameButVersion(known, next)) return known;
      return put(resource, next);
    },
    eventsSince: (since) => log.filter((event) => event.resourceVersion > since),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    compact: () => {
      log = [];
      compacted = revision;
    },
    wrote: (write) => options.onWrite?.(write),
  };
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function keyOfObject(object: ApiObject): string {
  return keyOf(object.metadata.namespace ?? "", object.metadata.name);
}

/** etcd orders keys by bytes; `localeCompare` would not. */
function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sameButVersion(a: ApiObject, b: ApiObject): boolean {
  const strip = (o: ApiObject): JsonObject => ({
    ...o,
    metadata: { ...o.metadata, resourceVersion: "", managedFields: undefined },
  });
  return sameJson(strip(a), strip(b));
}

/** The objects as they were at an older version: the log undone, newest entry first. */
function rewound(
  store: ReadonlyMap<string, ApiObject>,
  log: readonly TableEvent[],
  resource: Resource,
  at: number,
): Map<string, ApiObject> {
  const objects = new Map(store);
  for (const event of log.toReversed()) {
    if (event.resourceVersion <= at) break;
    if (event.resource !== resource) continue;
    if (event.previous === undefined) objects.delete(keyOfObject(event.object));
    else objects.set(keyOfObject(event.object), event.previous);
  }
  return objects;
}
