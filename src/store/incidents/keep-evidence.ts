import { sql } from "kysely";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import { refKey } from "../../incident/object-ref.ts";
import type { Database } from "../database.ts";
import { evidenceRow } from "./evidence-row.ts";

/**
 * Adds evidence that was gathered beside a diagnosis, for a question for example. Several may do so at once: an id that somebody
 * else has taken meanwhile gives way to the next free one of its letter, and a fact that is known keeps the id it has.
 * @returns the id each piece has now, by the id it came with.
 */
export async function keepEvidence(
  database: Database,
  incidentId: string,
  entries: readonly Evidence[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  if (entries.length === 0) return ids;
  await database.kysely.transaction().execute(async (tx) => {
    await sql`select 1 from incident where id = ${incidentId}::bigint for update`.execute(tx);
    const rows = await tx
      .selectFrom("evidence")
      .select(["id", "hash", "about"])
      .where("incident_id", "=", incidentId)
      .execute();
    const known = new Map(rows.map((row) => [`${refKey(row.about)}|${row.hash}`, row.id]));
    const taken = new Set(rows.map((row) => row.id));
    for (const item of entries) {
      const before = known.get(`${refKey(item.about)}|${item.hash}`);
      if (before !== undefined) {
        ids.set(item.id, before);
        continue;
      }
      const letter = item.id.slice(0, 1);
      let { id } = item;
      for (let n = Number(id.slice(1)) || 1; taken.has(id); n++) id = `${letter}${n}`;
      taken.add(id);
      ids.set(item.id, id);
      await tx
        .insertInto("evidence")
        .values(evidenceRow(incidentId, { ...item, id }))
        .execute();
    }
  });
  return ids;
}
