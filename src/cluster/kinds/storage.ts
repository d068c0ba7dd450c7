import { parseQuantity } from "../quantity.ts";
import type { Condition, KubeObject } from "./object.ts";
import type { Pod } from "./pod.ts";

export interface PersistentVolumeClaim extends KubeObject {
  readonly spec?: {
    readonly storageClassName?: string;
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
  };
  readonly status?: {
    readonly phase?: string;
    /** What the volume has, which may be less than what is asked for. */
    readonly capacity?: Readonly<Record<string, string>>;
    readonly conditions?: readonly Condition[];
    /** How far enlarging it has come, by resource: NodeResizePending, ControllerResizeInfeasible, … */
    readonly allocatedResourceStatuses?: Readonly<Record<string, string>>;
  };
}

export interface StorageClass extends KubeObject {
  readonly provisioner?: string;
  readonly volumeBindingMode?: string;
}

/** Claims that name no class get this one. The older annotation still counts. */
export function isDefaultClass({ metadata: { annotations = {} } }: StorageClass): boolean {
  return ["storageclass.kubernetes.io", "storageclass.beta.kubernetes.io"].some(
    (group) => annotations[`${group}/is-default-class`] === "true",
  );
}

/** The class that a claim asks for, by its field or by the annotation of before, which wins; undefined: the default. */
export function classNameOf({ metadata, spec }: PersistentVolumeClaim): string | undefined {
  return metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? spec?.storageClassName;
}

/** Pods that have not started and want the claim. */
export function podsWaitingFor({ metadata }: PersistentVolumeClaim, pods: readonly Pod[]): readonly Pod[] {
  return pods.filter(
    (pod) =>
      pod.metadata.namespace === metadata.namespace && pod.status?.phase === "Pending" && mounts(pod, metadata.name),
  );
}

/** Claims are named within a namespace: whoever asks sees to it that pod and claim are in the same one. */
export function mounts(pod: Pod, claimName: string): boolean {
  return claimsOf(pod).includes(claimName);
}

/** Names of the claims that a pod mounts: those it names, and those that are made for its ephemeral volumes. */
export function claimsOf({ metadata, spec }: Pod): readonly string[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) =>
    persistentVolumeClaim ? persistentVolumeClaim.claimName : ephemeral ? `${metadata.name}-${name}` : [],
  );
}

/** The size that a bound claim has and the larger one that it asks for. */
export function wantedGrowth({ spec, status }: PersistentVolumeClaim): { from: string; to: string } | undefined {
  const [from, to] = [status?.capacity?.storage, spec?.resources?.requests?.storage];
  const [has, wants] = [parseQuantity(from), parseQuantity(to)];
  if (status?.phase !== "Bound" || has === undefined || wants === undefined || wants <= has) return undefined;
  return { from: from ?? "", to: to ?? "" };
}

/** The disk has grown, its file system has not: that is done where it is mounted. */
export function waitsForMount({ status }: PersistentVolumeClaim): Condition | undefined {
  return status?.conditions?.find((one) => one.type === "FileSystemResizePending" && one.status === "True");
}
