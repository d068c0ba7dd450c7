import type { KubeObject } from "../cluster/kubernetes-types.ts";
import type { Target } from "./change.ts";
import type { PatchOp } from "./fields.ts";

export type Found =
  | { readonly type: "found"; readonly object: KubeObject }
  | { readonly type: "gone" }
  | { readonly type: "failed"; readonly detail: string };

export type Listed =
  | { readonly type: "found"; readonly objects: readonly KubeObject[] }
  | { readonly type: "failed"; readonly detail: string };

/** What a write came to. After `unknown` (time-out, reset, 5xx) one has to look. */
export type Written =
  | { readonly type: "done"; readonly object?: KubeObject }
  | { readonly type: "conflict" }
  | { readonly type: "gone" }
  | { readonly type: "refused"; readonly detail: string }
  | { readonly type: "unknown"; readonly detail: string };

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** The third identity: what experiments may read and write. Held by nobody but a run, and never by watcher or actor. */
export interface ChaosCluster {
  get(target: Target): Promise<Found>;
  /** Of one namespace, or of the cluster for kinds without one. */
  list(apiVersion: string, kind: string, namespace: string | undefined): Promise<Listed>;
  /** Whether the cluster serves this kind: the resources of an operator that is installed. */
  serves(apiVersion: string, kind: string): Promise<boolean>;
  patch(target: Target, ops: readonly PatchOp[], options: WriteOptions): Promise<Written>;
  create(object: Readonly<Record<string, unknown>>, options: WriteOptions): Promise<Written>;
  delete(target: Target, options: WriteOptions): Promise<Written>;
  evict(pod: Target, options: WriteOptions): Promise<Written>;
  /** A GET of a service through the API server. Status 0: no answer. */
  ask(request: {
    readonly namespace: string;
    readonly service: string;
    readonly port: number | string;
    readonly path: string;
    readonly timeoutMs: number;
  }): Promise<{ readonly status: number; readonly detail: string }>;
}
