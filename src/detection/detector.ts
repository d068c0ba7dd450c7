import type { KubeObject, Pod } from "../cluster/kubernetes-types.ts";
import type { Observation } from "../cluster/observation.ts";
import type { Topology } from "../cluster/topology.ts";
import type { Anomaly, AnomalyFamily, SeriesRef } from "../incident/anomaly.ts";
import type { ObjectRef } from "../incident/object-ref.ts";
import type { Severity } from "../incident/severity.ts";
import type { LogTally } from "./logs/log-tally.ts";

/**
 * How far a finding explains itself. `fault`: no other workload can be the reason (an image that does not exist).
 * `failure`: the object fails by itself, but a dependency may be why (a crash). `symptom`: seen in its service, the reason
 * may well lie behind it (errors, latency, log lines).
 */
export type Nature = "fault" | "failure" | "symptom";

/** What a detector sees in this tick. Reported in every tick as long as it is there; silence means that it has gone. */
export interface Finding {
  /** Stable code of what was seen, part of the fingerprint. */
  readonly reason: string;
  /** The object to hold responsible at this level. */
  readonly target: ObjectRef;
  readonly seenOn?: ObjectRef;
  /** Tells apart findings of one detector, reason and target (a peer, a route, a container). */
  readonly detail?: string;
  readonly nature?: Nature;
  readonly score?: number;
  readonly severity: Severity;
  /** A few words that follow the target's name in a title: "new pods cannot pull their image". */
  readonly headline: string;
  readonly summary: string;
  readonly startsAt: number;
  /** It looks right again but is not yet sure: keeps an incident open, never opens one. */
  readonly fading?: boolean;
  readonly series?: SeriesRef;
  readonly value?: number;
  readonly expected?: number;
  readonly unit?: string;
  readonly advice?: Anomaly["advice"];
  /** Objects whose own trouble would explain this: the cordoned node, the claim that is not bound. */
  readonly blames?: readonly ObjectRef[];
  /** Objects that suffer from this or belong to it: the workload that a quota stops, the pods behind a Service. */
  readonly related?: readonly ObjectRef[];
}

export interface DetectContext {
  readonly now: number;
  readonly observation: Observation;
  /** Live pods, listed once a tick. */
  readonly pods: readonly Pod[];
  /** Live pods by owner at the top of the chain. */
  podsOf(workload: ObjectRef): readonly Pod[];
  /** Live pods of a namespace that carry all labels of a Service's selector. */
  podsSelected(namespace: string | undefined, selector: Readonly<Record<string, string>>): readonly Pod[];
  ownerOf(object: KubeObject): ObjectRef;
  /** Built when first asked for, and kept while the objects stay the same. */
  topology(): Topology;
  /** What the workloads have written. */
  readonly logs: LogTally;
  /** When the first signal arrived (ms). What was there before is not news. */
  readonly watchingSince: number;
  /** Time without which nothing counts as rare (ms). */
  readonly learnMs: number;
  /** Time between ticks (ms). */
  readonly tickMs: number;
}

/** One kind of trouble. A detector with memory is made anew for every engine. */
export interface Detector {
  readonly name: string;
  readonly family: AnomalyFamily;
  readonly nature: Nature;
  /**
   * A statistical judgement without a person's sense of what matters: it adds to incidents that others open at once, and
   * opens one by itself only when it has lasted.
   */
  readonly corroborates?: boolean;
  detect(context: DetectContext): Iterable<Finding>;
}

/** A detector, or how to make one that remembers. */
export type DetectorFactory = () => Detector;

/** For detectors without memory: all engines share the one. One that remembers has a factory of its own. */
export function defineDetector(detector: Detector): DetectorFactory {
  return () => detector;
}

/** ms of an RFC 3339 text of the API; `otherwise` when absent or unreadable. */
export function timeOf(text: string | null | undefined, otherwise: number): number {
  const at = text ? Date.parse(text) : Number.NaN;
  return Number.isFinite(at) ? at : otherwise;
}
