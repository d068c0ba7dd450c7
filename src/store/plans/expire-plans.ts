import { sql } from "kysely";
import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import type { Redacted } from "../../incident/redacted.ts";
import { storableText } from "../../lib/storable-text.ts";
import { inAuditedTransaction } from "../audit.ts";
import type { Database } from "../database.ts";
import { type PlanRow, planOf } from "./plan-rows.ts";
import { executeWithinMinutes, isOurs } from "./plans.ts";

/**
 * Closes proposals past their time and approvals that nobody carried out, and says so on the timelines of their incidents: both
 * or neither, so that nobody waits for a plan that is not there any more because a process died in between.
 * @param entryOf what is said of a plan; its time in ms
 * @returns the plans that expired now
 */
export async function expirePlans(
  database: Database,
  entryOf: (plan: ActionPlan) => { readonly at: number; readonly kind: string; readonly text: Redacted },
  cluster?: string,
): Promise<readonly ActionPlan[]> {
  const due = sql`${isOurs(cluster)} and ((state = 'proposed' and expires_at <= clock_timestamp())
    or (state = 'approved' and decided_at <= clock_timestamp() - make_interval(mins => ${executeWithinMinutes}::int)))`;
  const any = await sql`select from action_plan where ${due} limit 1`.execute(database.kysely);
  if (any.rows.length === 0) return [];
  return await inAuditedTransaction(database, async (tx, record) => {
    const { rows } = await sql<Pick<PlanRow, "id" | "content" | "digest" | "state">>`
      update action_plan set state = 'expired', finished_at = clock_timestamp() where ${due}
      returning id, content, digest, state`.execute(tx);
    const plans = rows.map(planOf);
    for (const plan of plans) {
      record({ event: "plan.expired", actor: "kubemend", subject: plan.id, body: {} });
      const { at, kind, text } = entryOf(plan);
      await sql`
        with shown as (
          update incident set revision = revision + 1
           where id = case when ${plan.incidentId} ~ '^[0-9]{1,18}$' then ${plan.incidentId}::bigint end
          returning id)
        insert into timeline (incident_id, at, kind, text)
        select id, ${new Date(at)}, ${kind}, ${storableText(text)} from shown`.execute(tx);
    }
    return plans;
  });
}
