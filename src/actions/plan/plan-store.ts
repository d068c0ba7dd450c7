import type { ApprovalOutcome, ApprovalRefusal, Person } from "../../incident/approval.ts";
import type { CauseCode } from "../../incident/cause.ts";
import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import type { PastOutcome, RecordKey } from "../../incident/fix/action-record.ts";
import type { Execution, Verification } from "../../incident/fix/execution.ts";
import type { Claim, StoredPlan } from "../../incident/fix/stored-plan.ts";
import type { PlanStanding } from "./plan.ts";

export type RejectOutcome =
  | { readonly type: "rejected" }
  | { readonly type: "refused"; readonly reason: ApprovalRefusal };

export interface ExecutionResult {
  readonly outcome: Exclude<Execution["outcome"], "running">;
  readonly detail: string;
  readonly resourceVersionBefore?: string | undefined;
  readonly resourceVersionAfter?: string | undefined;
}

export type UndoClaim =
  | { readonly type: "claimed"; readonly claim: Claim }
  | { readonly type: "refused"; readonly reason: "not-applied" | "frozen" | "busy" | "unknown-plan" };

export interface Ballot {
  readonly planId: string;
  readonly digest: string;
  readonly by: Person;
  readonly note?: string;
  /** Counts only while no other change of the incident is on its way or waits for its verdict. */
  readonly oneAtATime?: boolean;
}

/** What the life of a plan needs of the database, where every decision about it is made and written down. */
export interface PlanStore {
  newId(): string;
  standing(): Promise<PlanStanding>;
  save(
    plan: ActionPlan,
    by: { requestedBy: string | null; cause: CauseCode | null; confidence: number; edited?: readonly string[] },
  ): Promise<void>;
  get(id: string): Promise<StoredPlan | undefined>;
  /** Why this vote would be refused by the row as it is now; undefined when it would count. */
  whyNoVote(ballot: Ballot): Promise<ApprovalRefusal | undefined>;
  vote(
    ballot: Ballot & { budgets: { perNamespacePerHour: number; perClusterPerHour: number } },
  ): Promise<ApprovalOutcome>;
  reject(rejection: { planId: string; digest: string; by: Person; reason: string }): Promise<RejectOutcome>;
  /** Takes an approved plan (or one whose holder died), or the given one, for this process. */
  claim(planId?: string): Promise<Claim | undefined>;
  claimUndo(planId: string, actor: string): Promise<UndoClaim>;
  renew(claim: Claim): Promise<"held" | "frozen" | "lost">;
  /** @returns false when the step is another process's to send, or has been marked before */
  markSent(claim: Claim, index: number): Promise<boolean>;
  unmarkSent(claim: Claim, index: number): Promise<void>;
  finish(claim: Claim, result: ExecutionResult): Promise<boolean>;
  postpone(claim: Claim, delayMs: number): Promise<void>;
  saveVerification(verification: Verification): Promise<boolean>;
  outcomes(of: RecordKey): Promise<readonly PastOutcome[]>;
}
