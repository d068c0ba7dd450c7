import { sql } from "kysely";
import type { ActionCode } from "../../incident/action-code.ts";
import type { CauseCode } from "../../incident/cause.ts";
import type { RememberedIncident } from "../../incident/diagnosis/past-incident.ts";
import { titleOfRow } from "../../incident/diagnosis/title.ts";
import type { VerificationVerdict } from "../../incident/fix/execution.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Database } from "../database.ts";

interface Row {
  readonly id: string;
  readonly title: string;
  readonly target: ObjectRef;
  readonly onset: Date;
  readonly cause: CauseCode;
  readonly culprit: ObjectRef;
  readonly action: ActionCode | null;
  readonly fix_target: ObjectRef | null;
  readonly verdict: VerificationVerdict | null;
}

/** What was kept of an incident when it was pruned; undefined when nothing was, or it never was there. */
export async function rememberedIncident(database: Database, id: string): Promise<RememberedIncident | undefined> {
  if (!/^\d{1,18}$/.test(id)) return undefined;
  const { rows } = await sql<Row>`
    select id::text, title, target, onset, cause, culprit, action, fix_target, verdict
      from past_incident where id = ${id}::bigint`.execute(database.kysely);
  const [row] = rows;
  if (!row) return undefined;
  const { action, fix_target: target, verdict } = row;
  return {
    id: row.id,
    title: titleOfRow(row, { ...row, inconclusive: false }),
    target: row.target,
    onset: row.onset.getTime(),
    cause: row.cause,
    culprit: row.culprit,
    ...(action && target ? { fix: { action, target, recovered: verdict === "recovered" } } : {}),
  };
}
