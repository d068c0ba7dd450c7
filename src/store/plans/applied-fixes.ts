import { sql } from "kysely";
import type { ActionCode } from "../../incident/action-code.ts";
import type { VerificationVerdict } from "../../incident/fix/execution.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Database } from "../database.ts";

/** One fix that was applied, and what came of it. */
export interface AppliedFix {
  readonly planId: string;
  readonly action: ActionCode;
  readonly target: ObjectRef;
  /** Unix ms. */
  readonly at: number;
  /** Null when it has not been judged. */
  readonly verdict: VerificationVerdict | null;
}

const most = 100_000;

/** The newest fixes that were applied to objects of a cluster since `from` (ms), oldest first. */
export async function appliedFixes(database: Database, cluster: string, from: number): Promise<readonly AppliedFix[]> {
  const { rows } = await sql<AppliedFix>`
    select p.id as "planId", p.action, p.content -> 'target' as target, extract(epoch from p.applied_at)::float8 * 1000 as at, v.verdict
      from action_plan p
      join incident i on i.id = case when p.incident_id ~ '^[0-9]{1,18}$' then p.incident_id::bigint end
      left join verification v on v.plan_id = p.id
     where i.cluster = ${cluster} and p.applied_at >= to_timestamp(${from}::double precision / 1000)
     order by p.applied_at desc limit ${most}`.execute(database.kysely);
  return rows.toReversed();
}
