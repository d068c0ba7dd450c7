import type { KubeObject } from "../../cluster/kubernetes-types.ts";
import type { Observation } from "../../cluster/observation.ts";
import { listWorkloads } from "../../cluster/workload.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";

/** Something that is not broken today and makes tomorrow worse. Told in digests; never an incident. */
export interface HygieneFinding {
  /** Stable code, such as `budget-blocks-evictions`. */
  readonly code: string;
  readonly target: ObjectRef;
  /** `risk`: an outage waits for its occasion. `untidy`: costs attention, or does nothing at all. */
  readonly level: "risk" | "untidy";
  /** One plain sentence without a full stop at its end. */
  readonly text: string;
  /** What to do about it, in the imperative. */
  readonly advice: string;
}

/** Looks at one kind of object. `now` in ms. */
export type HygieneCheck = (observation: Observation, now: number) => Iterable<HygieneFinding>;

const systemNamespaces: ReadonlySet<string> = new Set(["kube-system", "kube-public", "kube-node-lease"]);

/** What the cluster brings along is not the reader's to tidy up. */
export function isOurs({ metadata }: KubeObject): boolean {
  return !systemNamespaces.has(metadata.namespace ?? "");
}

/** Live workloads of people, that nothing else owns. */
export function ourWorkloads(observation: Observation): readonly KubeObject[] {
  return listWorkloads(observation).live.filter(isOurs);
}
