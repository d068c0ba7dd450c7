import type { ObjectRef } from "../incident/object-ref.ts";

/** One object that a workload's pods need, and how. `key` is the key of a ConfigMap or Secret when only that is used. */
export interface Use {
  readonly ref: ObjectRef;
  /** `api`: read through the API server, as its roles show. */
  readonly how: "env" | "envFrom" | "volume" | "image-pull" | "identity" | "rights" | "api";
  readonly key?: string;
  readonly container?: string;
  /** The environment variable that carries the value. */
  readonly variable?: string;
  readonly optional: boolean;
}
