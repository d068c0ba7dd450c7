import type { KubeObject } from "./object.ts";
import type { Pod } from "./pod.ts";

export interface PersistentVolumeClaim extends KubeObject {
  readonly spec?: {
    readonly storageClassName?: string;
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
  };
  readonly status?: { readonly phase?: string };
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

export function mounts(pod: Pod, claimName: string): boolean {
  return claimsOf(pod).includes(claimName);
}

/** Names of the claims that a pod mounts: those it names, and those that are made for its ephemeral volumes. */
export function claimsOf({ metadata, spec }: Pod): readonly string[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) =>
    persistentVolumeClaim ? persistentVolumeClaim.claimName : ephemeral ? `${metadata.name}-${name}` : [],
  );
}
