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

/** Claims that name no class get this one. */
export function isDefaultClass({ metadata }: StorageClass): boolean {
  return metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";
}

/** Pods that have not started and want the claim. */
export function podsWaitingFor({ metadata }: PersistentVolumeClaim, pods: readonly Pod[]): readonly Pod[] {
  return pods.filter(
    (pod) =>
      pod.metadata.namespace === metadata.namespace && pod.status?.phase === "Pending" && mounts(pod, metadata.name),
  );
}

export function mounts({ spec }: Pod, claimName: string): boolean {
  return spec.volumes?.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claimName) ?? false;
}
