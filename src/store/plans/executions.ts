import { sql } from "kysely";
import type { Execution } from "../../incident/fix/execution.ts";
import type { Claim } from "../../incident/fix/stored-plan.ts";
import { storableText } from "../../lib/storable-text.ts";
import { inAuditedTransaction } from "../audit.ts";
import type { Database } from "../database.ts";

/**
 * Whether a claim still stands. Its holder alone does not tell: a process that stood still past its lease may take the same plan
 * up a second time, or its undo, or a second undo, while its first claim goes on where it stopped.
 */
const stands = ({ holder, phase, attempt, executionId }: Claim) =>
  sql`(state = 'executing' and lease_holder = ${holder} and phase = ${phase} and attempt = ${attempt}
    and exists (select from execution running where running.id = ${executionId} and running.outcome = 'running'))`;

/**
 * Asked before every request to the cluster: am I still the holder, and is it still allowed? Extends the lease.
 * `frozen` holds nobody back from finishing what is half done; only a start is refused.
 */
export async function renewLease(
  database: Database,
  claim: Claim,
  leaseMs: number,
): Promise<"held" | "frozen" | "lost"> {
  const { rows } = await sql<{ frozen: boolean }>`
    update action_plan set lease_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1000})
     where id = ${claim.plan.id} and ${stands(claim)}
    returning coalesce((select frozen from freeze_switch), true) as frozen`.execute(database.kysely);
  if (!rows[0]) return "lost";
  return rows[0].frozen ? "frozen" : "held";
}

/**
 * Written before a request that cannot be looked up afterwards, so that it is never sent twice.
 * @returns false when it is somebody else's to send, or has been marked: then it must not be sent
 */
export async function markStepSent(database: Database, claim: Claim, index: number): Promise<boolean> {
  const { rows } = await sql`
    update execution e set sent_steps = array_append(sent_steps, ${index}::int)
     where id = ${claim.executionId} and not ${index}::int = any(sent_steps)
       and exists (select from action_plan p where p.id = e.plan_id and ${stands(claim)} and p.lease_until > clock_timestamp())
    returning id`.execute(database.kysely);
  return rows.length === 1;
}

/** Takes the mark back when the request certainly did not arrive. */
export async function unmarkStepSent(database: Database, claim: Claim, index: number): Promise<void> {
  await sql`
    update execution set sent_steps = array_remove(sent_steps, ${index}::int)
     where id = ${claim.executionId} and outcome = 'running'`.execute(database.kysely);
}

export interface ExecutionResult {
  readonly outcome: Exclude<Execution["outcome"], "running">;
  /** In words, for people. */
  readonly detail: string;
  readonly resourceVersionBefore?: string | undefined;
  readonly resourceVersionAfter?: string | undefined;
}

/** Ends an execution with its result, if the claim still holds. @returns false when somebody else has taken it over. */
export async function finishExecution(database: Database, claim: Claim, result: ExecutionResult): Promise<boolean> {
  const { outcome, resourceVersionBefore = null, resourceVersionAfter = null } = result;
  // It may quote what an application or the cluster has answered.
  const detail = storableText(result.detail);
  const done = outcome === "applied";
  // An undo that failed leaves the change in place: the plan is applied still, or half of it, and may be undone by hand or again.
  const inPlace = claim.half ? "failed" : "applied";
  const state = claim.phase === "apply" ? (done ? "applied" : "failed") : done ? "undone" : inPlace;
  return await inAuditedTransaction(database, async (tx, record) => {
    const { rows } = await sql<{ target_key: string; cluster: string | null }>`
      update action_plan set state = ${state}, lease_holder = null, lease_until = null, reason = case when ${claim.half === true && !done} then reason else ${done ? null : detail}::text end,
             applied_at = case when ${state} = 'applied' and phase = 'apply' then clock_timestamp() else applied_at end,
             finished_at = clock_timestamp()
       where id = ${claim.plan.id} and ${stands(claim)}
      returning target_key, cluster`.execute(tx);
    const row = rows[0];
    if (!row) return false;
    await sql`
      update execution set outcome = ${outcome}, detail = ${detail}, finished_at = clock_timestamp(),
             resource_version_before = ${resourceVersionBefore}, resource_version_after = ${resourceVersionAfter}
       where id = ${claim.executionId}`.execute(tx);
    const body = {
      executionId: claim.executionId,
      phase: claim.phase,
      outcome,
      state,
      resourceVersionBefore,
      resourceVersionAfter,
    };
    record({ event: "execution.finished", actor: "kubemend", subject: claim.plan.id, body });
    if (!done) return true;
    // Other proposals for the target were made for how it was before.
    const stale = await sql<{ id: string }>`
      update action_plan set state = 'superseded', finished_at = clock_timestamp(), reason = 'its target was changed by another plan'
       where target_key = ${row.target_key} and cluster is not distinct from ${row.cluster} and state = 'proposed'
      returning id`.execute(tx);
    for (const { id } of stale.rows)
      record({ event: "plan.superseded", actor: "kubemend", subject: id, body: { by: claim.plan.id } });
    return true;
  });
}

/** Gives a claim back for a later attempt (the cluster cannot be reached): its lease runs out after `delayMs`. */
export async function postponeExecution(database: Database, claim: Claim, delayMs: number): Promise<void> {
  await sql`
    update action_plan set lease_until = clock_timestamp() + make_interval(secs => ${delayMs / 1000})
     where id = ${claim.plan.id} and ${stands(claim)}`.execute(database.kysely);
}
