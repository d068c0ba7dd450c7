import type { Insertable } from "kysely";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import { storableJson, storableText } from "../../lib/storable-text.ts";
import type { EvidenceTable } from "../tables.ts";

/** A piece of evidence as its row. Both the text and the query may hold what strangers wrote. */
export function evidenceRow(incidentId: string, item: Evidence): Insertable<EvidenceTable> {
  return {
    incident_id: incidentId,
    id: item.id,
    source: item.source,
    about: storableJson(item.about),
    query: storableText(item.query),
    from_at: item.from === undefined ? null : new Date(item.from),
    to_at: item.to === undefined ? null : new Date(item.to),
    status: item.status,
    text: storableText(item.text),
    at: new Date(item.at),
    hash: item.hash,
  };
}
