import type { Redacted } from "../../incident/redacted.ts";
import { storableText } from "../../lib/storable-text.ts";
import type { Database } from "../database.ts";

export interface TimelineRow {
  readonly id: string;
  readonly at: number;
  readonly kind: string;
  readonly text: Redacted;
  /** The incident that it was told of, when that is a part of this one by now. */
  readonly of?: string;
}

/** `at` in ms. Entries are never changed, and two alike are two. @throws for an incident that is not there */
export async function addToTimeline(
  database: Database,
  incidentId: string,
  entry: { at: number; kind: string; text: Redacted },
): Promise<void> {
  await database.kysely
    .insertInto("timeline")
    .values({ incident_id: incidentId, at: new Date(entry.at), kind: entry.kind, text: storableText(entry.text) })
    .execute();
}

/** In the order of time, with what was told of its parts; at most `limit`, the newest. */
export async function timelineOf(database: Database, incidentId: string, limit = 200): Promise<TimelineRow[]> {
  const rows = await database.kysely
    .selectFrom("timeline")
    .selectAll()
    .where("incident_id", "in", (parts) =>
      parts
        .selectFrom("incident")
        .select("id")
        .where((is) => is.or([is("id", "=", incidentId), is("merged_into", "=", incidentId)])),
    )
    .orderBy("at", "desc")
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  // Only redacted text is ever written to this column.
  return rows.reverse().map((row) => ({
    id: row.id,
    at: row.at.getTime(),
    kind: row.kind,
    text: row.text as Redacted,
    ...(row.incident_id === incidentId ? {} : { of: row.incident_id }),
  }));
}
