import { type Any, type Meta, stamp } from "./kube-types.ts";
import type { Sim } from "./sim.ts";

export interface WatchRow {
  readonly at: number;
  readonly change: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: Any;
}

/** An API server with just enough behaviour: versions, generations, watch rows, events whose counts grow. */
export interface Api {
  readonly sim: Sim;
  readonly random: () => number;
  readonly namespace: string;
  readonly rows: WatchRow[];
  readonly eventRows: WatchRow[];
  get<T extends Any>(kind: string, name: string): T | undefined;
  list<T extends Any>(kind: string): T[];
  create<T extends Any>(object: T): T;
  /** Applies a change to a copy; nothing is written when it stays equal. A changed spec raises the generation. */
  update<T extends Any>(kind: string, name: string, edit: (object: T) => void): void;
  /** A write whose difference the recorder hides (values of Secrets): only the version changes. */
  touch(kind: string, name: string): void;
  remove(kind: string, name: string): void;
  event(about: Any, type: string, reason: string, message: string, component: string, fieldPath?: string): void;
  onChange(listen: (object: Any, change: WatchRow["change"]) => void): void;
  hex(length: number): string;
  word(length: number): string;
}

const safe = "bcdfghjklmnpqrstvwxz2456789";

export function createApi(options: {
  readonly sim: Sim;
  readonly random: () => number;
  readonly namespace: string;
  readonly objects: readonly Any[];
}): Api {
  const { sim, random, namespace } = options;
  const store = new Map<string, Any>();
  const rows: WatchRow[] = [];
  const eventRows: WatchRow[] = [];
  const events = new Map<string, Any>();
  const listeners: ((object: Any, change: WatchRow["change"]) => void)[] = [];
  let version = 50_000;
  const key = (kind: string, name: string) => `${kind}/${name}`;
  for (const object of options.objects) store.set(key(object.kind, object.metadata.name), structuredClone(object));

  const emit = (change: WatchRow["change"], object: Any) => {
    rows.push({ at: sim.now(), change, object: structuredClone(object) });
    for (const listen of listeners) listen(object, change);
  };
  const pick = (letters: string, length: number) =>
    Array.from({ length }, () => letters[Math.floor(random() * letters.length)] ?? "x").join("");
  const hex = (length: number) => pick("0123456789abcdef", length);
  const uid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;

  const api: Api = {
    sim,
    random,
    namespace,
    rows,
    eventRows,
    hex,
    word: (length) => pick(safe, length),
    get: <T extends Any>(kind: string, name: string) => store.get(key(kind, name)) as T | undefined,
    list: <T extends Any>(kind: string) => [...store.values()].filter((object) => object.kind === kind) as T[],
    create(object) {
      const meta: Meta = object.metadata;
      meta.uid ||= uid();
      meta.namespace ??= namespace;
      meta.resourceVersion = String(++version);
      meta.creationTimestamp ??= stamp(sim.now());
      store.set(key(object.kind, meta.name), object);
      emit("ADDED", object);
      return object;
    },
    update<T extends Any>(kind: string, name: string, edit: (object: T) => void) {
      const old = store.get(key(kind, name));
      if (!old) return;
      const next = structuredClone(old) as T;
      edit(next);
      if (JSON.stringify(next) === JSON.stringify(old)) return;
      if (next.metadata.generation !== undefined && JSON.stringify(next.spec) !== JSON.stringify(old.spec))
        next.metadata.generation++;
      next.metadata.resourceVersion = String(++version);
      store.set(key(kind, name), next);
      emit("MODIFIED", next);
    },
    touch(kind, name) {
      const old = store.get(key(kind, name));
      if (!old) return;
      const next = { ...structuredClone(old), metadata: { ...old.metadata, resourceVersion: String(++version) } };
      store.set(key(kind, name), next);
      emit("MODIFIED", next);
    },
    remove(kind, name) {
      const old = store.get(key(kind, name));
      if (!old) return;
      store.delete(key(kind, name));
      emit("DELETED", { ...old, metadata: { ...old.metadata, resourceVersion: String(++version) } });
    },
    event(about, type, reason, message, component, fieldPath) {
      const id = `${about.kind}/${about.metadata.uid}/${type}/${reason}/${message}/${fieldPath ?? ""}`;
      const known = events.get(id);
      const now = stamp(sim.now());
      if (known) {
        known.count = Number(known.count) + 1;
        known.lastTimestamp = now;
        known.metadata.resourceVersion = String(++version);
        eventRows.push({ at: sim.now(), change: "MODIFIED", object: structuredClone(known) });
        return;
      }
      const event: Any = {
        apiVersion: "v1",
        kind: "Event",
        metadata: {
          name: `${about.metadata.name}.18e9${hex(12)}`,
          namespace: about.metadata.namespace ?? "default",
          uid: uid(),
          resourceVersion: String(++version),
          creationTimestamp: now,
        },
        involvedObject: {
          kind: about.kind,
          ...(about.metadata.namespace ? { namespace: about.metadata.namespace } : {}),
          name: about.metadata.name,
          uid: about.metadata.uid,
          apiVersion: about.apiVersion,
          resourceVersion: about.metadata.resourceVersion,
          ...(fieldPath ? { fieldPath } : {}),
        },
        reason,
        message,
        source: component === "kubelet" ? { component, host: "node-1" } : { component },
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
        type,
        eventTime: null,
        reportingComponent: component,
        reportingInstance: component === "kubelet" ? "node-1" : "",
      };
      events.set(id, event);
      eventRows.push({ at: sim.now(), change: "ADDED", object: structuredClone(event) });
    },
    onChange: (listen) => listeners.push(listen),
  };
  return api;
}
