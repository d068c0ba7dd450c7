import type { KubeObject } from "../cluster/kubernetes-types.ts";
import type { WriteStep } from "../incident/fix/action-plan.ts";
import type { ObjectRef } from "../incident/object-ref.ts";

export type ReadOutcome =
  | { readonly type: "found"; readonly object: KubeObject }
  | { readonly type: "gone" }
  | { readonly type: "failed"; readonly reason: "forbidden" | "unreachable"; readonly detail: string };

export type ListOutcome =
  | { readonly type: "found"; readonly objects: readonly KubeObject[] }
  | { readonly type: "failed"; readonly reason: "forbidden" | "unreachable"; readonly detail: string };

/** What an application behind the API server's proxy answered. `text` is its own words, cut short and not redacted. */
export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** What one write came to. Only `done` and `gone` say what the cluster did; after `unknown` one has to look. */
export type WriteOutcome =
  /** `object` is the answer, when it was an object of the target's kind. */
  | { readonly type: "done"; readonly object?: KubeObject; readonly answer?: HttpAnswer }
  /** The object is not the version (or not the very object) the write was meant for, or the name is taken. */
  | { readonly type: "conflict" }
  | { readonly type: "gone" }
  /** The API judged and refused. `fields` name what is wrong; the server's own text is never passed on (it may quote a Secret). */
  | {
      readonly type: "refused";
      readonly status: number;
      readonly reason: string;
      readonly fields: readonly string[];
      readonly answer?: HttpAnswer;
    }
  /** Certainly not done: no connection was made. */
  | { readonly type: "unreachable"; readonly detail: string }
  /** The request may or may not have taken effect: time-out, reset, 5xx. */
  | { readonly type: "unknown"; readonly detail: string };

/** The version of the object that a write is meant for. */
export interface WriteGuard {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** Reading, and asking what a write would do. Needs the same rights as writing: a dry run is authorised like the real call. */
export interface ActorPreviewPort {
  get(ref: ObjectRef): Promise<ReadOutcome>;
  /** All objects of a kind in a namespace, or in the cluster when it is undefined. */
  list(kind: string, namespace: string | undefined): Promise<ListOutcome>;
  dryRun(step: WriteStep): Promise<WriteOutcome>;
}

/** The only handle in kubemend that changes a cluster. Held by `execute` and `undo` alone. */
export interface ActorPort extends ActorPreviewPort {
  apply(step: WriteStep, guard: WriteGuard): Promise<WriteOutcome>;
}
