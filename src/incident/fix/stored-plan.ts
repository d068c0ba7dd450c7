import type { Approval } from "../approval.ts";
import type { CauseCode } from "../cause.ts";
import type { ActionPlan } from "./action-plan.ts";
import type { Execution, Verification } from "./execution.ts";

/** A plan with everything that has happened to it. */
export interface StoredPlan {
  readonly plan: ActionPlan;
  /** The person who asked for it; null when kubemend proposed it by itself. */
  readonly requestedBy: string | null;
  /** The cause it is to repair, for outcomes and confidence. */
  readonly cause: CauseCode | null;
  readonly confidence: number;
  readonly createdAt: number;
  readonly decidedAt: number | null;
  readonly appliedAt: number | null;
  /** Why it was rejected or failed, in words. */
  readonly reason: string | null;
  /** Name of the person who said no to it. */
  readonly rejectedBy?: string;
  readonly approvals: readonly Approval[];
  readonly executions: readonly Execution[];
  readonly verification: Verification | null;
}

/** The right to carry out a plan for a while; whoever holds it is the only one. */
export interface Claim {
  readonly plan: ActionPlan;
  readonly phase: "apply" | "undo";
  /** What is to be taken back was applied in part only. */
  readonly half?: true;
  readonly executionId: string;
  readonly holder: string;
  /** 1 for the first; more means that an earlier one did not finish and what it did has to be looked up. */
  readonly attempt: number;
  /** Digests that people approved. */
  readonly approvedDigests: readonly string[];
  /** When the last approval needed came in, by the database's clock (ms). */
  readonly approvedAt: number;
  /** When it was taken up first, by the database's clock (ms). */
  readonly startedAt: number;
  /** Changes approved before it within an hour: in the cluster, and in each namespace that any of them touched. */
  readonly spent: { readonly cluster: number; readonly namespaces: ReadonlyMap<string, number> };
  /** Its incident was resolved between approval and the first attempt. */
  readonly incidentOver: boolean;
  /** Steps of which an earlier attempt at least began to send the request; only kept for steps that cannot be looked up. */
  readonly sentSteps: readonly number[];
}
