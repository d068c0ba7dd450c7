import { sql } from "kysely";
import type { Execution } from "../../incident/fix/execution.ts";
import type { Redacted } from "../../incident/redacted.ts";
import { storableText } from "../../lib/storable-text.ts";
import type { Database } from "../database.ts";
import { isOurs } from "./plans.ts";

export type UntoldExecution = Pick<Execution, "id" | "planId" | "kind" | "outcome" | "detail">;

/** Attempts to apply or undo that have ended and of which nobody has been told, the oldest first. */
export async function untoldExecutions(database: Database, cluster?: string, limit = 20): Promise<UntoldExecution[]> {
  const { rows } = await sql<UntoldExecution>`
    select e.id, e.plan_id as "planId", e.kind, e.outcome, e.detail
      from execution e join action_plan p on p.id = e.plan_id
     where not e.told and e.outcome <> 'running' and ${isOurs(cluster)}
     order by e.finished_at limit ${limit}`.execute(database.kysely);
  return rows;
}

/**
 * Writes on the incident's timeline how an attempt ended and has the incident shown anew, once, whoever says it first and
 * whenever he dies. @param entry its time in ms
 * @returns false when it has been said before
 */
export async function tellExecution(
  database: Database,
  executionId: string,
  incidentId: string,
  entry: { readonly at: number; readonly kind: string; readonly text: Redacted },
): Promise<boolean> {
  const { rows } = await sql<{ told: boolean }>`
    with told as (
      update execution set told = true where id = ${executionId} and not told returning id),
    shown as (
      update incident set revision = revision + 1
       where id = case when ${incidentId} ~ '^[0-9]{1,18}$' then ${incidentId}::bigint end and exists (select from told)
      returning id),
    line as (
      insert into timeline (incident_id, at, kind, text)
      select id, ${new Date(entry.at)}, ${entry.kind}, ${storableText(entry.text)} from shown)
    select exists (select from told) as told`.execute(database.kysely);
  return rows[0]?.told === true;
}
