import { sql } from "kysely";
import type { Anomaly } from "../../incident/anomaly.ts";
import { type ObjectRef, refKey, uniqueRefs } from "../../incident/object-ref.ts";
import type { Redacted } from "../../incident/redacted.ts";
import { worse } from "../../incident/severity.ts";
import { statusesAllowing, unresolvedStatuses } from "../../incident/status.ts";
import { storableJson, storableText } from "../../lib/storable-text.ts";
import { inAuditedTransaction, type Tx } from "../audit.ts";
import type { Database } from "../database.ts";
import { type Lease, whileHeld } from "../leases.ts";
import { incidentOf, type StoredIncident } from "./incidents.ts";

/** What detection has found to be one. */
export interface Merge {
  readonly partId: string;
  readonly wholeId: string;
  /** By the clock of the cluster that is watched (ms). */
  readonly at: number;
  /** The call that shows it, for the audit. */
  readonly proof: { readonly caller: ObjectRef; readonly callee: ObjectRef };
  /** For the timelines of both. */
  readonly said: { readonly part: Redacted; readonly whole: Redacted };
  /** The leases under which the writer watches both. */
  readonly fences: readonly Pick<Lease, "name" | "token">[];
}

/**
 * `over`: one of both is not there or not open any more. `taken`: somebody has. `decided-on`: a person has said something of the
 * part, or of a fix for it. `change-under-way`: of either, whose verdict is waited for. `taken-over`: another process watches it.
 */
export type MergeOutcome = "merged" | "over" | "taken" | "decided-on" | "change-under-way" | "taken-over";

/** As many as detection keeps of an incident. */
const most = { anomalies: 200, affected: 50 } as const;

async function lockedIncident(tx: Tx, id: string): Promise<StoredIncident | undefined> {
  const row = await tx.selectFrom("incident").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
  return row && incidentOf(row);
}

/** What people and changes have made of both, as the rows say now. */
async function obstacle(tx: Tx, { partId, wholeId, fences }: Merge): Promise<MergeOutcome | undefined> {
  const held = sql.join([sql`true`, ...fences.map((fence) => whileHeld(fence))], sql` and `);
  const { rows } = await sql<{ held: boolean; decided: boolean; busy: boolean }>`
    select ${held} as held,
           exists (select from action_plan p where p.incident_id = ${partId} and p.state not in ('proposed', 'expired', 'superseded'))
             or exists (select from plan_vote v join action_plan p on p.id = v.plan_id where p.incident_id = ${partId})
             or exists (select from cause_verdict v where v.incident_id = ${partId}::bigint) as decided,
           exists (select from action_plan p where p.incident_id in (${partId}, ${wholeId}) and (p.state in ('approved', 'executing')
             or (p.state = 'applied' and not exists (select from verification v where v.plan_id = p.id)))) as busy`.execute(
    tx,
  );
  const [row] = rows;
  if (!row?.held) return "taken-over";
  return row.busy ? "change-under-way" : row.decided ? "decided-on" : undefined;
}

/** What both consist of: each anomaly once, as the whole knows it. */
function allOf(whole: StoredIncident, part: StoredIncident): readonly Anomaly[] {
  const known = new Map([...part.anomalies, ...whole.anomalies].map((one) => [one.fingerprint, one]));
  return [...known.values()].sort((a, b) => a.startsAt - b.startsAt);
}

/**
 * Makes an incident a part of another one: it is over, and what it is made of goes on there. The rows decide whether that may be:
 * what a person has taken, judged or approved stays what it was.
 */
export async function mergeIncidents(database: Database, merge: Merge): Promise<MergeOutcome> {
  const { partId, wholeId, at, proof, said } = merge;
  return await inAuditedTransaction(database, async (tx, record) => {
    // Always in the same order, so that no two wait for each other.
    const [first, second] = [partId, wholeId].toSorted((a, b) => Number(a) - Number(b));
    const locked = [await lockedIncident(tx, first ?? ""), await lockedIncident(tx, second ?? "")];
    const part = locked.find((one) => one?.id === partId);
    const whole = locked.find((one) => one?.id === wholeId);
    const isOpen = whole && unresolvedStatuses.some((status) => status === whole.status);
    if (!part || !isOpen || part.cluster !== whole.cluster || part.status === "resolved") return "over";
    if (!statusesAllowing("absorb").includes(part.status) || part.acknowledgedBy !== null) return "taken";
    const found = await obstacle(tx, merge);
    if (found) return found;
    const anomalies = allOf(whole, part);
    const moment = new Date(at);
    await sql`
      update incident set status = 'resolved', resolved_at = ${moment}, updated_at = ${moment}, merged_into = ${wholeId}::bigint,
             cause = null, revision = revision + 1 where id = ${partId}::bigint`.execute(tx);
    await sql`
      update incident set severity = ${worse(whole.severity, part.severity)}, updated_at = ${moment}, revision = revision + 1,
             onset = least(onset, ${new Date(part.onset)}),
             affected = ${storableJson(uniqueRefs([...whole.affected, ...part.affected]).slice(0, most.affected))}::jsonb,
             anomalies = ${storableJson(anomalies.slice(0, most.anomalies))}::jsonb,
             anomalies_dropped = ${whole.anomaliesDropped + part.anomaliesDropped + Math.max(0, anomalies.length - most.anomalies)}
       where id = ${wholeId}::bigint`.execute(tx);
    for (const [id, kind, text] of [
      [partId, "merged", said.part],
      [wholeId, "absorbed", said.whole],
    ] as const)
      await tx
        .insertInto("timeline")
        .values({ incident_id: id, at: moment, kind, text: storableText(text) })
        .execute();
    const { caller, callee } = proof;
    const body = { into: wholeId, caller: refKey(caller), callee: refKey(callee) };
    record({ event: "incident.merged", actor: "kubemend", subject: `incident:${partId}`, body });
    return "merged";
  });
}
