import { z } from "zod";

/** Names one Kubernetes object (or a neutral entity, kind "Entity"). `namespace` is absent for cluster-scoped kinds. */
export const objectRefSchema = z.strictObject({
  kind: z.string().min(1),
  namespace: z.string().min(1).optional(),
  name: z.string().min(1),
});

export interface ObjectRef {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** A string that is equal for equal references: `Deployment/shop/carts`, `Node//node-1`. */
export function refKey(ref: ObjectRef): string {
  return `${ref.kind}/${ref.namespace ?? ""}/${ref.name}`;
}

/**
 * By kind, namespace and name. An empty namespace is the same as none; a deleted and remade object is the same as
 * before.
 */
export function sameRef(a: ObjectRef, b: ObjectRef): boolean {
  return a.kind === b.kind && a.name === b.name && (a.namespace ?? "") === (b.namespace ?? "");
}

/** Each object once, where it stands first. */
export function uniqueRefs(refs: Iterable<ObjectRef>): ObjectRef[] {
  const found = new Map<string, ObjectRef>();
  for (const ref of refs) if (!found.has(refKey(ref))) found.set(refKey(ref), ref);
  return [...found.values()];
}

/** For people: `Deployment shop/carts`. What is no object of Kubernetes, such as a source of measurements, has its name only. */
export function refText(ref: ObjectRef): string {
  if (ref.kind === "Entity") return ref.name;
  return ref.namespace ? `${ref.kind} ${ref.namespace}/${ref.name}` : `${ref.kind} ${ref.name}`;
}

/** The namespace that an object is or lies in; undefined for what lies in none. */
export function namespaceOf(ref: ObjectRef): string | undefined {
  return ref.kind === "Namespace" ? ref.name : ref.namespace;
}

/** An empty namespace is left out, as Kubernetes leaves it out for cluster-scoped objects. */
export function makeRef(kind: string, namespace: string | undefined, name: string): ObjectRef {
  return namespace ? { kind, namespace, name } : { kind, name };
}
