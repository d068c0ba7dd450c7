import { makeRef, type ObjectRef, refKey } from "../incident/object-ref.ts";
import { createConfigShelf } from "./config-shelf.ts";
import { createGoneObjects } from "./gone-objects.ts";
import { intentOf } from "./intent.ts";
import { endsOwnerChain } from "./kinds/workload.ts";
import type { KindMap, KubeObject } from "./kubernetes-types.ts";

/** One version of an object in which something that people or controllers decide (not status) differs from before. */
export interface ObjectVersion {
  readonly at: number;
  readonly change: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubeObject;
}

export interface ObjectStore {
  apply(change: "ADDED" | "MODIFIED" | "DELETED", object: KubeObject, at: number): void;
  get<K extends keyof KindMap>(kind: K, namespace: string | undefined, name: string): KindMap[K] | undefined;
  get(kind: string, namespace: string | undefined, name: string): KubeObject | undefined;
  list<K extends keyof KindMap>(kind: K, namespace?: string): KindMap[K][];
  list(kind: string, namespace?: string): KubeObject[];
  /** Like `get`, but also finds an object that was deleted a while ago. */
  find(ref: ObjectRef): { readonly object: KubeObject; readonly deletedAt?: number } | undefined;
  /** Versions of the object's intent, oldest first. The first is how it was when watching began. */
  versions(ref: ObjectRef): readonly ObjectVersion[];
  /** Every change of intent with from <= at <= to, oldest first; what was there when watching began is no change. */
  changes(
    from: number,
    to: number,
  ): { readonly ref: ObjectRef; readonly before?: KubeObject; readonly version: ObjectVersion }[];
  /** Deleted objects of a kind that are still remembered. */
  deleted(kind: string, namespace?: string): { readonly object: KubeObject; readonly deletedAt: number }[];
  /**
   * The object at the top of the owner chain: Pod -> ReplicaSet -> Deployment, Job -> CronJob. Itself without owner; what an
   * operator has made is the top itself.
   */
  topOwner(object: KubeObject): ObjectRef;
  readonly size: number;
  /** `values`: of ConfigMaps, kept by a beginning or a hash alone. */
  readonly dropped: {
    readonly objects: number;
    readonly versions: number;
    readonly deleted: number;
    readonly values: number;
  };
  /** Characters that the texts of ConfigMaps take. */
  readonly configChars: number;
}

export interface ObjectStoreOptions {
  /** Versions of intent kept for each object. */
  readonly maxVersions?: number;
  /** Deleted objects remembered, of all kinds; the kind that has most gives way. */
  readonly maxDeleted?: number;
  /** Live objects kept; further ones are not seen, and counted. Twice what the largest supported clusters hold of the kinds watched. */
  readonly maxObjects?: number;
  /** Characters of all ConfigMaps, earlier versions included; the fuller, the less of each value is kept. */
  readonly maxConfigChars?: number;
}

interface Entry {
  object: KubeObject;
  /** Digest of what is asked for. */
  intent: string;
  versions: ObjectVersion[];
  /** False for what was there when watching began. */
  createdHere: boolean;
  deletedAt?: number;
}

/** The reference to an object of Kubernetes; cluster-scoped objects have no namespace. */
export function refOf(object: KubeObject): ObjectRef {
  return makeRef(object.kind, object.metadata.namespace, object.metadata.name);
}

/** The objects of the cluster as last seen, with the recent history of what was asked of them. Fed by the watch, in order. */
export function createObjectStore(options: ObjectStoreOptions = {}): ObjectStore {
  const maxVersions = options.maxVersions ?? 12;
  const maxObjects = options.maxObjects ?? 200_000;
  const configs = createConfigShelf(options.maxConfigChars ?? 8 * 2 ** 20);
  const live = new Map<string, Map<string, Entry>>();
  const gone = createGoneObjects<Entry>(options.maxDeleted ?? 2_000, (key) => configs.hold(key, []));
  let size = 0;
  const dropped = {
    objects: 0,
    versions: 0,
    get deleted() {
      return gone.forgotten;
    },
    get values() {
      return configs.cutValues;
    },
  };

  const entryOf = (ref: ObjectRef) => live.get(ref.kind)?.get(refKey(ref)) ?? gone.get(ref);

  function keep(entry: Entry): void {
    if (entry.object.kind === "ConfigMap")
      configs.hold(refKey(refOf(entry.object)), [entry.object, ...entry.versions.map(({ object }) => object)]);
  }

  const store: ObjectStore = {
    apply(change, told, at) {
      const ref = refOf(told);
      const key = refKey(ref);
      const object = configs.fit(told, entryOf(ref)?.object);
      let family = live.get(object.kind);
      if (!family) {
        family = new Map();
        live.set(object.kind, family);
      }
      const known = family.get(key);
      if (change === "DELETED") {
        if (!known) return;
        family.delete(key);
        size--;
        known.object = object;
        known.deletedAt = at;
        known.versions.push({ at, change, object });
        gone.remember(ref, known);
        keep(known);
        return;
      }
      const intent = intentOf(object);
      if (known) {
        known.object = object;
        if (known.intent === intent) return;
        known.intent = intent;
        known.versions.push({ at, change: "MODIFIED", object });
        // The first version stays: it is "how it was before".
        if (known.versions.length > maxVersions) {
          known.versions.splice(1, 1);
          dropped.versions++;
        }
        keep(known);
        return;
      }
      if (size >= maxObjects) {
        dropped.objects++;
        return;
      }
      const before = gone.recall(ref);
      const entry: Entry = {
        object,
        intent,
        versions: [...(before?.versions.slice(-3) ?? []), { at, change: "ADDED", object }],
        createdHere: Date.parse(object.metadata.creationTimestamp ?? "") > at - 60_000 || before !== undefined,
      };
      family.set(key, entry);
      keep(entry);
      size++;
    },
    get(kind: string, namespace: string | undefined, name: string) {
      // What stands under a kind is of that kind; the overloads say so to callers.
      return live.get(kind)?.get(refKey(makeRef(kind, namespace, name)))?.object as never;
    },
    list(kind: string, namespace?: string) {
      const found: KubeObject[] = [];
      for (const entry of live.get(kind)?.values() ?? []) {
        if (namespace === undefined || entry.object.metadata.namespace === namespace) found.push(entry.object);
      }
      // As in `get`.
      return found as never;
    },
    find(ref) {
      const entry = entryOf(ref);
      if (!entry) return undefined;
      return entry.deletedAt === undefined
        ? { object: entry.object }
        : { object: entry.object, deletedAt: entry.deletedAt };
    },
    versions: (ref) => entryOf(ref)?.versions ?? [],
    changes(from, to) {
      const found: { ref: ObjectRef; before?: KubeObject; version: ObjectVersion }[] = [];
      const collect = (entry: Entry) => {
        entry.versions.forEach((version, i) => {
          if (version.at < from || version.at > to) return;
          const before = entry.versions[i - 1]?.object;
          if (!before && !entry.createdHere) return;
          found.push(
            before ? { ref: refOf(version.object), before, version } : { ref: refOf(version.object), version },
          );
        });
      };
      for (const family of live.values()) for (const entry of family.values()) collect(entry);
      for (const entry of gone.all()) collect(entry);
      return found.sort((a, b) => a.version.at - b.version.at);
    },
    deleted(kind, namespace) {
      const found: { object: KubeObject; deletedAt: number }[] = [];
      for (const { object, deletedAt } of gone.ofKind(kind)) {
        if (deletedAt === undefined) continue;
        if (namespace === undefined || object.metadata.namespace === namespace) found.push({ object, deletedAt });
      }
      return found;
    },
    topOwner(object) {
      let current = object;
      // Owner chains in practice have three links; the bound guards against a cycle.
      for (let depth = 0; depth < 8; depth++) {
        if (endsOwnerChain(current)) break;
        const owner =
          current.metadata.ownerReferences?.find((reference) => reference.controller) ??
          current.metadata.ownerReferences?.[0];
        if (!owner) break;
        const namespace = current.metadata.namespace;
        const parent =
          entryOf(makeRef(owner.kind, namespace, owner.name)) ?? entryOf(makeRef(owner.kind, undefined, owner.name));
        if (!parent) return makeRef(owner.kind, owner.kind === "Node" ? undefined : namespace, owner.name);
        current = parent.object;
      }
      return refOf(current);
    },
    get size() {
      return size;
    },
    dropped,
    get configChars() {
      return configs.chars;
    },
  };
  return store;
}
