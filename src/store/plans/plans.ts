import { sql } from "kysely";
import type { CauseCode } from "../../incident/cause.ts";
import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import { heldKeys } from "../../incident/fix/held-objects.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import { refKey } from "../../incident/object-ref.ts";
import { inAuditedTransaction } from "../audit.ts";
import type { Database } from "../database.ts";
import { type PlanRow, planColumns, withHistory } from "./plan-rows.ts";
import { isSpent, type SpentRow, spentColumns, spentOf } from "./spent.ts";

/** An approval that nobody acted on (no actor running) is not acted on hours later. */
export const executeWithinMinutes = 15;

/** For the `where` of whoever acts for one cluster: a plan without a cluster is nobody's then. */
export function isOurs(cluster: string | undefined) {
  return cluster === undefined ? sql<boolean>`true` : sql<boolean>`cluster = ${cluster}`;
}

/** What planning and approving need to know: the database's clock, the freeze switch, changes of the last hour. */
export interface Standing {
  readonly now: number;
  readonly frozen: boolean;
  readonly spent: { readonly cluster: number; readonly namespaces: ReadonlyMap<string, number> };
}

/** `now` by the database's clock (ms). Without a cluster the changes of all clusters count. */
export async function planStanding(database: Database, cluster?: string): Promise<Standing> {
  const { rows } = await sql<SpentRow & { now: string; frozen: boolean }>`
    with spent as (select namespace, holds from action_plan where ${isOurs(cluster)} and ${isSpent("action_plan")})
    select (extract(epoch from clock_timestamp()) * 1000)::bigint as now,
           coalesce((select frozen from freeze_switch), true) as frozen, ${spentColumns}`.execute(database.kysely);
  const row = rows[0];
  return { now: Number(row?.now), frozen: row?.frozen ?? true, spent: spentOf(row) };
}

export interface ProposedBy {
  readonly requestedBy: string | null;
  readonly cause: CauseCode | null;
  readonly confidence: number;
  /** Names of the parameters that a person has set in place of the evidence's. */
  readonly edited?: readonly string[];
}

/** Keeps a new plan. An earlier proposal for the same recommendation of this incident gives way to it. */
export async function savePlan(database: Database, plan: ActionPlan, by: ProposedBy, cluster?: string): Promise<void> {
  const { digest, state: _state, ...content } = plan;
  const target = refKey(plan.target);
  const actor = by.requestedBy ?? "kubemend";
  await inAuditedTransaction(database, async (tx, record) => {
    const older = await sql<{ id: string }>`
      update action_plan set state = 'superseded', finished_at = clock_timestamp(), reason = 'a newer plan was made'
       where incident_id = ${plan.incidentId} and content->>'recommendationId' = ${plan.recommendationId} and state = 'proposed'
      returning id`.execute(tx);
    for (const { id } of older.rows) record({ event: "plan.superseded", actor, subject: id, body: { by: plan.id } });
    await sql`
      insert into action_plan (id, incident_id, cluster, action, target_key, holds, namespace, content, digest,
                               approvals_needed, requested_by, cause, confidence, expires_at)
      values (${plan.id}, ${plan.incidentId}, coalesce(${cluster ?? null}, (select i.cluster from incident i
               where i.id = case when ${plan.incidentId} ~ '^[0-9]{1,18}$' then ${plan.incidentId}::bigint end)), ${plan.action}, ${target}, ${heldKeys(plan)}::text[], ${plan.target.namespace ?? ""},
              ${JSON.stringify(content)}::jsonb, ${digest}, ${plan.approvalsNeeded}, ${by.requestedBy}, ${by.cause},
              ${by.confidence}, to_timestamp(${plan.expiresAt}::double precision / 1000))`.execute(tx);
    const { incidentId, action, approvalsNeeded, expiresAt } = plan;
    record({
      event: "plan.proposed",
      actor,
      subject: plan.id,
      body: {
        incidentId,
        action,
        target,
        digest,
        approvalsNeeded,
        expiresAt,
        ...(by.edited?.length ? { edited: by.edited } : {}),
      },
    });
  });
}

/** Takes back what is still only proposed in an incident: a newer diagnosis recommends anew. */
export async function supersedeProposals(database: Database, incidentId: string): Promise<void> {
  await inAuditedTransaction(database, async (tx, record) => {
    const { rows } = await sql<{ id: string }>`
      update action_plan set state = 'superseded', finished_at = clock_timestamp(), reason = 'a newer diagnosis was made'
       where incident_id = ${incidentId} and state = 'proposed' returning id`.execute(tx);
    for (const { id } of rows) record({ event: "plan.superseded", actor: "kubemend", subject: id, body: {} });
  });
}

/** With its votes, executions and verdict; undefined when there is none. */
export async function getPlan(database: Database, id: string): Promise<StoredPlan | undefined> {
  const { rows } = await sql<PlanRow>`select ${planColumns} from action_plan where id = ${id}`.execute(database.kysely);
  return (await withHistory(database.kysely, rows))[0];
}

/** Newest first. */
export async function plansOf(database: Database, incidentId: string, limit = 50): Promise<StoredPlan[]> {
  const { rows } = await sql<PlanRow>`
    select ${planColumns} from action_plan where incident_id = ${incidentId}
     order by created_at desc, id limit ${limit}`.execute(database.kysely);
  return await withHistory(database.kysely, rows);
}

/** What has had no verdict for so long gets none any more. */
const verifyWithinDays = 7;

/** Plans that were applied lately and still wait for the verdict of verification, oldest first. */
export async function plansToVerify(database: Database, cluster?: string, limit = 100): Promise<StoredPlan[]> {
  const { rows } = await sql<PlanRow>`
    select ${planColumns} from action_plan p
     where ${isOurs(cluster)} and state = 'applied' and applied_at > now() - make_interval(days => ${verifyWithinDays}::int)
       and not exists (select from verification v where v.plan_id = p.id)
     order by applied_at limit ${limit}`.execute(database.kysely);
  return await withHistory(database.kysely, rows);
}
