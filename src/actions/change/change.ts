import type { KubeObject } from "../../cluster/kubernetes-types.ts";

/** One change an action wants. How it is sent, previewed and undone is worked out from it, the same for all actions. */
export type Change =
  | { readonly type: "modify"; readonly before: KubeObject; readonly after: KubeObject }
  | { readonly type: "scale"; readonly before: KubeObject; readonly replicas: number }
  | { readonly type: "delete"; readonly object: KubeObject; readonly propagation: "Background" | "Foreground" }
  | { readonly type: "evict"; readonly object: KubeObject }
  | { readonly type: "create"; readonly object: Omit<KubeObject, "metadata"> & { readonly metadata: NewMeta } }
  | { readonly type: "heal"; readonly object: KubeObject; readonly port: number; readonly path: string };

export interface NewMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
