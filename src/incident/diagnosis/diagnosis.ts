import type { CauseCode } from "../cause.ts";
import type { ObjectRef } from "../object-ref.ts";
import type { Redacted } from "../redacted.ts";
import type { LogView } from "./log-view.ts";
import type { SeenBefore } from "./past-incident.ts";

/** One possible cause. `probability` is calibrated; hypotheses of a diagnosis with the unexplained rest sum to at most 1. */
export interface Hypothesis {
  readonly cause: CauseCode;
  readonly culprit: ObjectRef;
  readonly probability: number;
  /** One plain sentence: what is wrong with the culprit. */
  readonly statement: Redacted;
  /** Ids of the evidence that speaks for it. */
  readonly evidence: readonly string[];
  /** Ids of the evidence that speaks against it. */
  readonly against: readonly string[];
  /** Share of the incident's anomalies it explains, 0..1. */
  readonly explains: number;
}

export interface RuledOut {
  readonly cause: CauseCode;
  readonly culprit: ObjectRef;
  readonly reason: Redacted;
}

export interface TimelineEntry {
  readonly at: number;
  readonly text: Redacted;
  readonly evidence?: string;
}

/** What a model had to do with a diagnosis. */
export interface ModelPart {
  readonly name: string;
  /** Version and SHA-256 of every prompt that was used. */
  readonly prompts: readonly { readonly version: string; readonly hash: string }[];
  /** Look-ups that it made. */
  readonly lookUps: number;
  /** What a second reading that tried to refute the first came to; `unverified` when it could not be made or proved nothing. */
  readonly verification: "stands" | "doubtful" | "refuted" | "unverified";
  /** What the rules alone held, best first. */
  readonly basis: readonly { readonly cause: CauseCode; readonly culprit: ObjectRef; readonly probability: number }[];
}

/** The note of a diagnosis where no model is set up. */
export const noModel = "no model configured";

export interface Diagnosis {
  readonly incidentId: string;
  /** Counts the diagnoses of one incident, from 1. */
  readonly version: number;
  readonly madeAt: number;
  readonly by: "rules" | "model" | "rules+model";
  /** Why the model did not take part or what is to be known about its part, in words for the message. */
  readonly modelNote?: string;
  /** Absent when the rules stand alone. */
  readonly model?: ModelPart;
  /** One paragraph that makes sense without anything else. */
  readonly summary: Redacted;
  /** Best first. */
  readonly hypotheses: readonly Hypothesis[];
  readonly ruledOut: readonly RuledOut[];
  readonly timeline: readonly TimelineEntry[];
  /** What the logs say; absent when they hold nothing that is severe and news. */
  readonly logView?: LogView;
  /** Workloads that suffer without being the cause. */
  readonly blastRadius: readonly ObjectRef[];
  /** True when the evidence does not decide between hypotheses; then `questions` would. */
  readonly inconclusive: boolean;
  readonly questions: readonly string[];
  /** Why the first cause is as sure as it is; numbers and fixed words only. */
  readonly confidenceReason?: string;
  /** Evidence ids of the pages of the owner's runbooks that fit the first cause, best first. */
  readonly runbooks?: readonly string[];
  /** Earlier incidents that were much like it, the most alike first. */
  readonly past?: readonly SeenBefore[];
  readonly tokens?: { readonly input: number; readonly output: number; readonly costUsd?: number };
}
