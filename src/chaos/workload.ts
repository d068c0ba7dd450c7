import type { Container, KubeObject, Pod, Service, Workload } from "../cluster/kubernetes-types.ts";
import { asKind, isKind } from "../cluster/kubernetes-types.ts";
import { matchesSelector } from "../cluster/selector.ts";
import { rolloutKinds } from "../cluster/workload.ts";
import type { Change, FieldChange, Path, PathStep } from "./change.ts";
import { setField } from "./fields.ts";
import type { Snapshot } from "./scope.ts";
import { targetOf } from "./scope.ts";

/**
 * Undefined for what is no Deployment, StatefulSet or DaemonSet: only those put a changed pod template on their pods.
 */
export function asWorkload(object: KubeObject): Workload | undefined {
  return asKind(object, ...rolloutKinds);
}

/** The named container, or the only one; a pod with several needs a name. */
export function containerOf(workload: Workload, name: string | undefined): Container | string {
  const { containers } = workload.spec.template.spec;
  const names = containers.map((container) => container.name).join(", ");
  const [only, another] = containers;
  if (name === undefined) {
    if (only && !another) return only;
    return `${workload.kind} ${workload.metadata.name} has the containers ${names}; name one by container`;
  }
  return (
    containers.find((container) => container.name === name) ??
    `${workload.kind} ${workload.metadata.name} has no container ${name}, but ${names}`
  );
}

/**
 * The path below a container of the pod template, found by its name: its place in the list may change while the fault
 * is there.
 */
export const inContainer = (container: Container, ...more: readonly PathStep[]): Path => [
  "spec",
  "template",
  "spec",
  "containers",
  { name: container.name },
  ...more,
];

/** Sets fields of an object, each noted with the value that it has now. */
export function setFields(
  object: KubeObject,
  what: string,
  fields: readonly { readonly path: Path; readonly value: unknown }[],
): Change {
  const changes: FieldChange[] = [];
  for (const { path, value } of fields) changes.push(setField(object, path, value));
  return { type: "set", target: targetOf(object), fields: changes, what };
}

/** Pods that the workload's selector takes and that have not ended. */
export function podsOf(workload: Workload, snapshot: Snapshot): readonly Pod[] {
  return snapshot.filter(
    (object): object is Pod =>
      isKind(object, "Pod") &&
      object.metadata.namespace === workload.metadata.namespace &&
      object.metadata.deletionTimestamp === undefined &&
      !["Succeeded", "Failed"].includes(object.status?.phase ?? "") &&
      matchesSelector(workload.spec.selector, object.metadata.labels),
  );
}

/** Undefined also for no object, so that the first of a selection can be asked. */
export const asService = (object: KubeObject | undefined): Service | undefined =>
  isKind(object, "Service") ? object : undefined;
