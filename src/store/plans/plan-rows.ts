import { type Kysely, sql } from "kysely";
import type { Approval } from "../../incident/approval.ts";
import { isCauseCode } from "../../incident/cause.ts";
import type { ActionPlan, PlanState } from "../../incident/fix/action-plan.ts";
import type { Execution, Measure, Verification } from "../../incident/fix/execution.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import type { Tables } from "../tables.ts";

/** A plan without what its own columns hold. */
export type PlanContent = Omit<ActionPlan, "digest" | "state">;

export interface PlanRow {
  readonly id: string;
  readonly content: PlanContent;
  readonly digest: string;
  readonly state: PlanState;
  readonly requested_by: string | null;
  readonly cause: string | null;
  readonly confidence: number;
  readonly created_at: Date;
  readonly decided_at: Date | null;
  readonly applied_at: Date | null;
  readonly reason: string | null;
  readonly rejected_by: string | null;
}

interface VoteRow {
  readonly plan_id: string;
  readonly person_id: string;
  readonly person_name: string;
  readonly digest: string;
  readonly at: Date;
  readonly note: string | null;
}

interface ExecutionRow {
  readonly id: string;
  readonly plan_id: string;
  readonly kind: Execution["kind"];
  readonly outcome: Execution["outcome"];
  readonly detail: string;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly resource_version_before: string | null;
  readonly resource_version_after: string | null;
}

interface VerificationRow {
  readonly plan_id: string;
  readonly verdict: Verification["verdict"];
  readonly reason: string;
  readonly at: Date;
  readonly remaining: readonly string[];
  readonly fresh: readonly string[];
  readonly measures: readonly Measure[];
}

export const planColumns = sql.raw(
  "id, content, digest, state, requested_by, cause, confidence, created_at, decided_at, applied_at, reason, rejected_by",
);

/** The plan as it is stored now; the digest column is what was stored beside the content, not computed from it. */
export function planOf(row: Pick<PlanRow, "id" | "content" | "digest" | "state">): ActionPlan {
  // Content under another plan's id is no plan of this row: without a digest nothing will ever run it.
  const digest = row.content.id === row.id ? row.digest : "";
  return { ...row.content, id: row.id, digest, state: row.state };
}

function approvalOf(row: VoteRow): Approval {
  const { plan_id: planId, digest, person_id: id, person_name: name, at, note } = row;
  return { planId, digest, by: { id, name }, at: at.getTime(), ...(note === null ? {} : { note }) };
}

function executionOf(row: ExecutionRow): Execution {
  return {
    id: row.id,
    planId: row.plan_id,
    kind: row.kind,
    outcome: row.outcome,
    detail: row.detail,
    startedAt: row.started_at.getTime(),
    ...(row.finished_at ? { finishedAt: row.finished_at.getTime() } : {}),
    ...(row.resource_version_before === null ? {} : { resourceVersionBefore: row.resource_version_before }),
    ...(row.resource_version_after === null ? {} : { resourceVersionAfter: row.resource_version_after }),
  };
}

function verificationOf(row: VerificationRow): Verification {
  const { plan_id: planId, verdict, reason, at, remaining, fresh, measures } = row;
  return {
    planId,
    verdict,
    reason,
    at: at.getTime(),
    remaining,
    fresh,
    ...(measures.length > 0 ? { measures } : {}),
  };
}

/** Adds what has happened to the plans: votes, executions, verification. Three queries, however many plans. */
export async function withHistory(db: Kysely<Tables>, rows: readonly PlanRow[]): Promise<StoredPlan[]> {
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const votes = await sql<VoteRow>`select * from plan_vote where plan_id = any(${ids}) order by at`.execute(db);
  const executions = await sql<ExecutionRow>`
    select id, plan_id, kind, outcome, detail, started_at, finished_at, resource_version_before, resource_version_after
      from execution where plan_id = any(${ids}) order by started_at`.execute(db);
  const verifications = await sql<VerificationRow>`select * from verification where plan_id = any(${ids})`.execute(db);
  return rows.map((row) => {
    const verification = verifications.rows.find((entry) => entry.plan_id === row.id);
    return {
      plan: planOf(row),
      requestedBy: row.requested_by,
      // A code of a later version says nothing here.
      cause: row.cause !== null && isCauseCode(row.cause) ? row.cause : null,
      confidence: row.confidence,
      createdAt: row.created_at.getTime(),
      decidedAt: row.decided_at?.getTime() ?? null,
      appliedAt: row.applied_at?.getTime() ?? null,
      reason: row.reason,
      ...(row.rejected_by === null ? {} : { rejectedBy: row.rejected_by }),
      approvals: votes.rows.filter((vote) => vote.plan_id === row.id).map(approvalOf),
      executions: executions.rows.filter((entry) => entry.plan_id === row.id).map(executionOf),
      verification: verification ? verificationOf(verification) : null,
    };
  });
}
