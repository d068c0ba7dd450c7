import { sql } from "kysely";
import { type LeadingCause, titleOfRow } from "../../incident/diagnosis/title.ts";
import type { NamedIncident } from "../../incident/incident.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Database } from "../database.ts";

/** More are not named anywhere. */
const most = 100;

/** The incident that this one is a part of, and those that are parts of this one, the first merged first. */
export async function mergedWith(
  database: Database,
  incident: { readonly id: string; readonly mergedInto?: string },
): Promise<{ readonly whole?: NamedIncident; readonly parts: readonly NamedIncident[] }> {
  const { id, mergedInto } = incident;
  const { rows } = await sql<NamedIncident & LeadingCause & { readonly target: ObjectRef }>`
    select i.id::text as id, i.title, i.target, d.cause, d.culprit, d.inconclusive
      from incident i
      left join lateral (select cause, culprit, inconclusive from diagnosis
                          where incident_id = i.id order by version desc limit 1) d on true
     where i.merged_into = ${id}::bigint or i.id = ${mergedInto ?? null}::bigint
     order by i.resolved_at, i.id limit ${most}`.execute(database.kysely);
  const all = rows.map((row) => ({ id: row.id, title: titleOfRow(row, row) }));
  const whole = all.find((one) => one.id === mergedInto);
  return { ...(whole ? { whole } : {}), parts: all.filter((one) => one !== whole) };
}
