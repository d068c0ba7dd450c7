import { sql } from "kysely";
import { partlyApplied } from "../../incident/fix/execution.ts";
import type { Claim } from "../../incident/fix/stored-plan.ts";
import { inAuditedTransaction, type Tx } from "../audit.ts";
import type { Database } from "../database.ts";
import { type PlanRow, planOf } from "./plan-rows.ts";
import { executeWithinMinutes, isOurs } from "./plans.ts";
import { isOverIncident, isSpentBefore, type SpentRow, spentColumns, spentOf } from "./spent.ts";

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

type ClaimRow = Pick<PlanRow, "id" | "content" | "digest" | "state" | "decided_at" | "applied_at"> & {
  readonly phase: "apply" | "undo";
  readonly attempt: number;
};

interface RunningRow {
  readonly id: string;
  readonly sent_steps: number[];
  readonly started_at: Date;
}

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
      returning id, content, digest, state, decided_at, applied_at, phase, attempt`.execute(tx);
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

/** It ended half-way, and what it had done by then was left in place. */
const isHalfApplied = sql<boolean>`(p.state = 'failed' and p.applied_at is null and exists (select from execution half
  where half.plan_id = p.id and half.kind = 'apply' and starts_with(half.detail, ${partlyApplied})))`;

/** Takes an applied plan, or one of which a part was applied, in order to take it back. */
export async function claimUndo(
  database: Database,
  request: ClaimRequest & { readonly planId: string; readonly actor: string },
): Promise<UndoClaim> {
  return await inAuditedTransaction(database, async (tx, record): Promise<UndoClaim> => {
    const { rows } = await sql<ClaimRow>`
      update action_plan p set state = 'executing', phase = 'undo', attempt = 1, lease_holder = ${request.holder},
             lease_until = clock_timestamp() + make_interval(secs => ${request.leaseMs / 1000})
       where id = ${request.planId} and ${isOurs(request.cluster)} and (state = 'applied' or ${isHalfApplied}) and not coalesce((select frozen from freeze_switch), true)
         and not exists (select from action_plan other where ${sharesWith} and other.state = 'executing')
      returning id, content, digest, state, decided_at, applied_at, phase, attempt`.execute(tx);
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
  const { rows } = await sql<{ state: string; half: boolean; frozen: boolean }>`
    select state, ${isHalfApplied} as half, coalesce((select frozen from freeze_switch), true) as frozen from action_plan p
     where id = ${planId} and ${isOurs(cluster)}`.execute(tx);
  const row = rows[0];
  if (!row) return "unknown-plan";
  if (row.state !== "applied" && !row.half) return row.state === "executing" ? "busy" : "not-applied";
  return row.frozen ? "frozen" : "busy";
}

/** What the actor's own look at the plan needs to know of others; the same for whoever takes the plan over. */
async function factsOf(tx: Tx, { id, phase, attempt }: ClaimRow): Promise<Pick<Claim, "spent" | "incidentOver">> {
  const { rows } = await sql<SpentRow & { over: boolean }>`
    with spent as (
      select other.namespace, other.holds from action_plan p join action_plan other on ${isSpentBefore("other", "p")}
       where p.id = ${id})
    select ${spentColumns}, (select ${isOverIncident("p.incident_id")} from action_plan p where p.id = ${id}) as over`.execute(
    tx,
  );
  // What has begun may have ended the trouble already, and is brought to its own end.
  const incidentOver = phase === "apply" && attempt === 1 && rows[0]?.over === true;
  return { spent: spentOf(rows[0]), incidentOver };
}

async function claimOf(tx: Tx, row: ClaimRow, request: ClaimRequest): Promise<Claim> {
  const running = await sql<RunningRow>`
    select id, sent_steps, started_at from execution
     where plan_id = ${row.id} and kind = ${row.phase} and outcome = 'running'`.execute(tx);
  const execution = running.rows[0] ?? (await begun(tx, row, request.newId()));
  const votes = await sql<{ digest: string }>`select digest from plan_vote where plan_id = ${row.id}`.execute(tx);
  return {
    plan: planOf(row),
    phase: row.phase,
    ...(row.phase === "undo" && row.applied_at === null ? { half: true as const } : {}),
    executionId: execution.id,
    holder: request.holder,
    attempt: row.attempt,
    approvedAt: row.decided_at?.getTime() ?? Number.POSITIVE_INFINITY,
    approvedDigests: votes.rows.map((vote) => vote.digest),
    startedAt: execution.started_at.getTime(),
    sentSteps: execution.sent_steps,
    ...(await factsOf(tx, row)),
  };
}

async function begun(tx: Tx, { id: planId, phase }: ClaimRow, id: string): Promise<RunningRow> {
  const { rows } = await sql<RunningRow>`
    insert into execution (id, plan_id, kind, outcome, detail, told)
    values (${id}, ${planId}, ${phase}, 'running', '', false) returning id, sent_steps, started_at`.execute(tx);
  const [row] = rows;
  if (!row) throw new Error("an insert without conflict returns its row");
  return row;
}
