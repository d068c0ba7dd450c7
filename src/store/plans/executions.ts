import { sql } from "kysely";
import type { Execution } from "../../incident/fix/execution.ts";
import type { Claim } from "../../incident/fix/stored-plan.ts";
import { storableText } from "../../lib/storable-text.ts";
import { inAuditedTransaction, type Tx } from "../audit.ts";
import type { Database } from "../database.ts";
import { type PlanRow, planOf } from "./plan-rows.ts";
import { executeWithinMinutes, isOurs } from "./plans.ts";

export interface ClaimRequest {
  /** Unique for each process: tells a late holder from the present one. */
  readonly holder: string;
  readonly leaseMs: number;
  readonly newId: () => string;
  /** Only this plan; otherwise the one that has waited longest. */
  readonly planId?: string;
  /** Only plans of this cluster. Without it plans of any: for databases that know one cluster alone. */
  readonly cluster?: string | undefined;
}

type ClaimRow = Pick<PlanRow, "id" | "content" | "digest" | "state" | "decided_at"> & {
  readonly phase: "apply" | "undo";
  readonly attempt: number;
};

/** An approval that may still be acted on. */
const isWaiting = (plan: string) =>
  sql`(${sql.ref(`${plan}.state`)} = 'approved'
    and ${sql.ref(`${plan}.decided_at`)} > clock_timestamp() - make_interval(mins => ${executeWithinMinutes}::int))`;

/** Both plans work on the same object, or on pods of the same workload or node. Plans of earlier versions tell their target alone. */
const sharesWith = sql`(other.target_key = p.target_key or other.holds && p.holds)
  and other.cluster is not distinct from p.cluster and other.id <> p.id`;

/** No plan that is under way shares anything with it, and none that was approved before it and waits. */
const isFree = sql`not exists (select from action_plan other where ${sharesWith} and (other.state = 'executing'
  or (${isWaiting("other")} and (other.decided_at, other.id) < (p.decided_at, p.id))))`;

const isDue = sql`(
  (${isWaiting("p")} and not coalesce((select frozen from freeze_switch), true) and ${isFree})
  or (p.state = 'executing' and p.lease_until < clock_timestamp()))`;

/**
 * Takes an approved plan, or one whose holder has not been heard of since its lease ran out. At most one holder a plan, and of
 * plans that share an object, a workload or a node one after the other, as they were approved.
 */
export async function claimExecution(database: Database, request: ClaimRequest): Promise<Claim | undefined> {
  const wanted = request.planId ?? null;
  const ours = isOurs(request.cluster);
  // Asked often and mostly in vain: look first without the lock that all state changes share.
  const any =
    await sql`select from action_plan p where ${ours} and ${isDue} and (${wanted}::text is null or id = ${wanted}) limit 1`.execute(
      database.kysely,
    );
  if (any.rows.length === 0) return undefined;
  return await inAuditedTransaction(database, async (tx, record) => {
    const { rows } = await sql<ClaimRow>`
      update action_plan set state = 'executing', phase = coalesce(case when state = 'executing' then phase end, 'apply'),
             lease_holder = ${request.holder}, lease_until = clock_timestamp() + make_interval(secs => ${request.leaseMs / 1000}),
             attempt = attempt + 1
       where id = (select id from action_plan p where ${ours} and ${isDue} and (${wanted}::text is null or id = ${wanted})
                    order by decided_at, id limit 1)
      returning id, content, digest, state, decided_at, phase, attempt`.execute(tx);
    const row = rows[0];
    if (!row) return undefined;
    const claim = await claimOf(tx, row, request);
    const body = { executionId: claim.executionId, phase: row.phase, attempt: row.attempt };
    record({ event: "execution.claimed", actor: "kubemend", subject: row.id, body });
    return claim;
  });
}

export type UndoClaim =
  | { readonly type: "claimed"; readonly claim: Claim }
  | { readonly type: "refused"; readonly reason: "not-applied" | "frozen" | "busy" | "unknown-plan" };

/** Takes an applied plan in order to take it back. */
export async function claimUndo(
  database: Database,
  request: ClaimRequest & { readonly planId: string; readonly actor: string },
): Promise<UndoClaim> {
  return await inAuditedTransaction(database, async (tx, record): Promise<UndoClaim> => {
    const { rows } = await sql<ClaimRow>`
      update action_plan p set state = 'executing', phase = 'undo', attempt = 1, lease_holder = ${request.holder},
             lease_until = clock_timestamp() + make_interval(secs => ${request.leaseMs / 1000})
       where id = ${request.planId} and ${isOurs(request.cluster)} and state = 'applied' and not coalesce((select frozen from freeze_switch), true)
         and not exists (select from action_plan other where ${sharesWith} and other.state = 'executing')
      returning id, content, digest, state, decided_at, phase, attempt`.execute(tx);
    const row = rows[0];
    if (!row) return { type: "refused", reason: await whyNoUndo(tx, request) };
    const claim = await claimOf(tx, row, request);
    const body = { executionId: claim.executionId, phase: "undo", attempt: 1 };
    record({ event: "execution.claimed", actor: request.actor, subject: row.id, body });
    return { type: "claimed", claim };
  });
}

async function whyNoUndo(
  tx: Tx,
  { planId, cluster }: { readonly planId: string; readonly cluster?: string | undefined },
) {
  const { rows } = await sql<{ state: string; frozen: boolean }>`
    select state, coalesce((select frozen from freeze_switch), true) as frozen from action_plan
     where id = ${planId} and ${isOurs(cluster)}`.execute(tx);
  const row = rows[0];
  if (!row) return "unknown-plan";
  if (row.state !== "applied") return row.state === "executing" ? "busy" : "not-applied";
  return row.frozen ? "frozen" : "busy";
}

async function claimOf(tx: Tx, row: ClaimRow, request: ClaimRequest): Promise<Claim> {
  const running = await sql<{ id: string; sent_steps: number[] }>`
    select id, sent_steps from execution where plan_id = ${row.id} and kind = ${row.phase} and outcome = 'running'`.execute(
    tx,
  );
  let execution = running.rows[0];
  if (!execution) {
    execution = { id: request.newId(), sent_steps: [] };
    await sql`
      insert into execution (id, plan_id, kind, outcome, detail, told)
      values (${execution.id}, ${row.id}, ${row.phase}, 'running', '', false)`.execute(tx);
  }
  const votes = await sql<{ digest: string }>`select digest from plan_vote where plan_id = ${row.id}`.execute(tx);
  return {
    plan: planOf(row),
    phase: row.phase,
    executionId: execution.id,
    holder: request.holder,
    attempt: row.attempt,
    approvedAt: row.decided_at?.getTime() ?? Number.POSITIVE_INFINITY,
    approvedDigests: votes.rows.map((vote) => vote.digest),
    sentSteps: execution.sent_steps,
  };
}

/**
 * Whether a claim still stands. Its holder alone does not tell: a process that stood still past its lease may take the same plan
 * up a second time, or its undo, while its first claim goes on where it stopped.
 */
const stands = ({ holder, phase, attempt }: Claim) =>
  sql`(state = 'executing' and lease_holder = ${holder} and phase = ${phase} and attempt = ${attempt})`;

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
  // An undo that failed leaves the change in place: the plan is still applied, and may be undone by hand or again.
  const state = claim.phase === "apply" ? (done ? "applied" : "failed") : done ? "undone" : "applied";
  return await inAuditedTransaction(database, async (tx, record) => {
    const { rows } = await sql<{ target_key: string; cluster: string | null }>`
      update action_plan set state = ${state}, lease_holder = null, lease_until = null, reason = ${done ? null : detail},
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
