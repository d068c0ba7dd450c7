import { type ObjectRef, refKey } from "../incident/object-ref.ts";

/** What is remembered of objects that were deleted, bounded. */
export interface GoneObjects<Entry> {
  get(ref: ObjectRef): Entry | undefined;
  /** Takes one out: the object is back. */
  recall(ref: ObjectRef): Entry | undefined;
  remember(ref: ObjectRef, entry: Entry): void;
  ofKind(kind: string): Iterable<Entry>;
  all(): Iterable<Entry>;
  /** How many gave way. */
  readonly forgotten: number;
}

/** @param max of all kinds together; the kind that has most gives way. @param onForget told the key of each that does */
export function createGoneObjects<Entry>(max: number, onForget: (key: string) => void): GoneObjects<Entry> {
  const kinds = new Map<string, Map<string, Entry>>();
  let size = 0;
  let forgotten = 0;

  /** The oldest of the kind that has most: pods and jobs come and go by the thousand, a Service is deleted once in a while. */
  function forgetOne(): void {
    let most: Map<string, Entry> | undefined;
    for (const family of kinds.values()) if (!most || family.size > most.size) most = family;
    const oldest = most?.keys().next().value;
    if (oldest === undefined || !most?.delete(oldest)) return;
    onForget(oldest);
    size--;
    forgotten++;
  }

  const get = (ref: ObjectRef) => kinds.get(ref.kind)?.get(refKey(ref));
  function recall(ref: ObjectRef): Entry | undefined {
    const entry = get(ref);
    if (entry && kinds.get(ref.kind)?.delete(refKey(ref))) size--;
    return entry;
  }
  return {
    get,
    recall,
    remember(ref, entry) {
      recall(ref);
      const family = kinds.get(ref.kind) ?? new Map<string, Entry>();
      kinds.set(ref.kind, family);
      family.set(refKey(ref), entry);
      size++;
      if (size > max) forgetOne();
    },
    ofKind: (kind) => kinds.get(kind)?.values() ?? [],
    *all() {
      for (const family of kinds.values()) yield* family.values();
    },
    get forgotten() {
      return forgotten;
    },
  };
}
