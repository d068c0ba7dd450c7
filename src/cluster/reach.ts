import { type ObjectRef, refKey, sameRef } from "../incident/object-ref.ts";

/** Edges by the key of the object they start at. */
export type Edges = ReadonlyMap<string, readonly ObjectRef[]>;

/** Walks edges breadth first, nearest first, without the start. */
export function reach(edges: Edges, start: ObjectRef, depth: number): readonly ObjectRef[] {
  const seen = new Map<string, ObjectRef>();
  let frontier: readonly ObjectRef[] = [start];
  for (let step = 0; step < depth && frontier.length > 0; step++) {
    const next: ObjectRef[] = [];
    for (const at of frontier) {
      for (const to of edges.get(refKey(at)) ?? []) {
        if (sameRef(to, start) || seen.has(refKey(to))) continue;
        seen.set(refKey(to), to);
        next.push(to);
      }
    }
    frontier = next;
  }
  return [...seen.values()];
}

/** Adds to the list under a key. */
export function collect<T>(into: Map<string, T[]>, key: string, value: T): void {
  const list = into.get(key);
  if (list) list.push(value);
  else into.set(key, [value]);
}
