import type { CauseCode } from "../../incident/cause.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Change } from "../gather/changes.ts";
import type { Case } from "./case.ts";

/** A possible cause as one rule sees it, before it is weighed against the others. */
export interface Candidate {
  readonly cause: CauseCode;
  /** The object to repair. */
  readonly culprit: ObjectRef;
  /** One plain sentence without a full stop at its end: what is wrong with the culprit. */
  readonly statement: string;
  /** Ids of evidence for and against. */
  readonly evidence: readonly string[];
  readonly against: readonly string[];
  /**
   * How completely the mechanism is seen, 0..1: 0.95 the broken thing and the change that broke it are both in the data; 0.8 the
   * broken thing is; 0.6 the pattern fits this cause better than others; 0.4 it merely fits.
   */
  readonly specificity: number;
  /** Workloads that it hurts directly; their callers suffer through them. */
  readonly hits: readonly ObjectRef[];
  /** When it began (ms). */
  readonly since: number;
  /** The change that brought it, when there is one. */
  readonly change?: Change;
  /** What the recommendation needs to know. */
  readonly facts: CandidateFacts;
  /** Set when a rule looked and decided against it; then it is only shown as ruled out. */
  readonly ruledOut?: string;
}

export interface CandidateFacts {
  readonly container?: string;
  /** Environment variable. */
  readonly variable?: string;
  /** Key of a ConfigMap or Secret. */
  readonly key?: string;
  readonly probe?: "liveness" | "readiness" | "startup";
  /** The probe ends each container while it is still starting. */
  readonly slowStart?: true;
  /** Largest memory use that was seen (bytes), and what it is heading for. */
  readonly peakBytes?: number;
  readonly replicas?: number;
  readonly servicePort?: number;
  /** Of the Service's port, where it has several of that number. */
  readonly protocol?: "TCP" | "UDP" | "SCTP";
  readonly targetPort?: number | string;
  readonly selector?: Readonly<Record<string, string>>;
  readonly hard?: Readonly<Record<string, string>>;
  readonly finalizer?: string;
  readonly pods?: readonly ObjectRef[];
  readonly job?: ObjectRef;
  /** The workload to restart or roll back when that is not the culprit. */
  readonly workload?: ObjectRef;
  /** Who holds what the culprit has no more of. */
  readonly callers?: readonly ObjectRef[];
  /** What a node reports of itself. */
  readonly condition?: string;
  /** A pod that was given other resources in place. */
  readonly resized?: ObjectRef;
  readonly permission?: {
    readonly verb: string;
    readonly resource: string;
    readonly group: string;
    readonly name?: string;
  };
}

/** One rule: reads the case, returns what it finds possible. Never throws for missing data. */
export type Rule = (open: Case) => readonly Candidate[];

/** Fills what most candidates have in common. */
export function candidate(
  parts: Pick<Candidate, "cause" | "culprit" | "statement" | "evidence" | "specificity"> & Partial<Candidate>,
  open: Case,
): Candidate {
  return { against: [], hits: [parts.culprit], since: open.onset, facts: {}, ...parts };
}
