import type { ObjectRef } from "./object-ref.ts";
import type { Severity } from "./severity.ts";

export type AnomalyFamily = "metric" | "log" | "event" | "state" | "prediction" | "health" | "alert" | "blind";

/** Names one series of the observation, to draw it and to check it again during verification. */
export interface SeriesRef {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Reasons that say that requests stay away from a workload: the doing of its callers, or of whom those need. */
export const starvingReasons: ReadonlySet<string> = new Set(["traffic-stopped", "requests-forecast"]);

/** One detector's verdict on one target. Computed; the summary may quote log text and is therefore not yet redacted. */
export interface Anomaly {
  /** Equal for the same trouble seen again: detector + target + what was seen. */
  readonly fingerprint: string;
  /** Name of the detector file, for example `pod-crash-loop`. */
  readonly detector: string;
  readonly family: AnomalyFamily;
  /** What was seen, a stable reason code such as `CrashLoopBackOff`, `error-ratio`, `never-seen-template`. */
  readonly reason: string;
  /** The object to hold responsible at this level: the workload rather than its pod. */
  readonly target: ObjectRef;
  /** The object on which it was seen, when that is not the target (the pod). */
  readonly seenOn?: ObjectRef;
  /** 0..1, comparable within a family: the tail probability turned upside down, or 1 for a state that is simply wrong. */
  readonly score: number;
  readonly severity: Severity;
  readonly summary: string;
  /** First moment of the trouble in the data (ms), not when it was noticed. */
  readonly startsAt: number;
  /** When a detector first reported it (ms). */
  readonly detectedAt: number;
  /** Absent while it is still there. */
  readonly endsAt?: number;
  readonly series?: SeriesRef;
  readonly value?: number;
  readonly expected?: number;
  readonly unit?: string;
  /** What the health classifier holds to be enough. */
  readonly advice?: "soft-heal" | "hard-restart";
}
