import { sql } from "kysely";
import type { Diagnosis } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import type { Redacted } from "../../incident/redacted.ts";
import { storableJson } from "../../lib/storable-text.ts";
import type { Database } from "../database.ts";
import { evidenceRow } from "./evidence-row.ts";

/** A diagnosis as it was made, with the fixes that it recommends, best first. */
export interface StoredDiagnosis {
  readonly diagnosis: Diagnosis;
  readonly recommendations: readonly Recommendation[];
}

/** Keeps a diagnosis with its evidence; known evidence stays as it was, so that ids keep their meaning. */
export async function saveDiagnosis(
  database: Database,
  stored: StoredDiagnosis,
  evidence: readonly Evidence[],
): Promise<void> {
  const { diagnosis, recommendations } = stored;
  await database.kysely.transaction().execute(async (tx) => {
    if (evidence.length > 0) {
      await tx
        .insertInto("evidence")
        .values(evidence.map((item) => evidenceRow(diagnosis.incidentId, item)))
        .onConflict((conflict) => conflict.columns(["incident_id", "id"]).doNothing())
        .execute();
    }
    await tx
      .insertInto("diagnosis")
      .values({
        incident_id: diagnosis.incidentId,
        version: diagnosis.version,
        made_at: new Date(diagnosis.madeAt),
        body: storableJson(diagnosis),
        recommendations: storableJson(recommendations),
      })
      .onConflict((conflict) => conflict.columns(["incident_id", "version"]).doNothing())
      .execute();
    await tx
      .updateTable("incident")
      .set({
        revision: sql`revision + 1`,
        cause: sql`(select d.cause from diagnosis d where d.incident_id = incident.id order by d.version desc limit 1)`,
      })
      .where("id", "=", diagnosis.incidentId)
      .execute();
  });
}

/** By its version. Undefined while there is none, and for an incident that is not there. */
export async function latestDiagnosis(database: Database, incidentId: string): Promise<StoredDiagnosis | undefined> {
  const row = await database.kysely
    .selectFrom("diagnosis")
    .selectAll()
    .where("incident_id", "=", incidentId)
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && { diagnosis: row.body, recommendations: row.recommendations };
}

/** The one that a message or a plan was made from; versions count from 1 and are never rewritten. */
export async function diagnosisOfVersion(
  database: Database,
  incidentId: string,
  version: number,
): Promise<StoredDiagnosis | undefined> {
  const row = await database.kysely
    .selectFrom("diagnosis")
    .selectAll()
    .where("incident_id", "=", incidentId)
    .where("version", "=", version)
    .executeTakeFirst();
  return row && { diagnosis: row.body, recommendations: row.recommendations };
}

/** Of all versions together, `E2` before `E10`; times in ms. */
export async function evidenceOf(database: Database, incidentId: string): Promise<Evidence[]> {
  const rows = await database.kysely
    .selectFrom("evidence")
    .selectAll()
    .where("incident_id", "=", incidentId)
    .orderBy(sql`length(id), id`)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    source: row.source,
    about: row.about,
    query: row.query,
    ...(row.from_at ? { from: row.from_at.getTime() } : {}),
    ...(row.to_at ? { to: row.to_at.getTime() } : {}),
    status: row.status,
    // Only redacted text is ever written to this column.
    text: row.text as Redacted,
    at: row.at.getTime(),
    hash: row.hash,
  }));
}
