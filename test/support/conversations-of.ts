import { sql } from "kysely";
import type { Database } from "../../src/store/database.ts";
import type { StoredConversation } from "../../src/store/incidents/conversations.ts";

/** What was said about an incident, oldest first. */
export async function conversationsOf(database: Database, incidentId: string): Promise<readonly StoredConversation[]> {
  const { rows } = await sql<{
    purpose: string;
    diagnosis_version: number | null;
    model: string;
    input_tokens: number;
    output_tokens: number;
    cost_usd: number | null;
    body: unknown;
  }>`
    select purpose, diagnosis_version, model, input_tokens, output_tokens, cost_usd, body from model_conversation
     where incident_id = ${incidentId}::bigint order by id`.execute(database.kysely);
  return rows.map((row) => ({
    incidentId,
    purpose: row.purpose,
    ...(row.diagnosis_version === null ? {} : { version: row.diagnosis_version }),
    model: row.model,
    tokens: {
      input: row.input_tokens,
      output: row.output_tokens,
      ...(row.cost_usd === null ? {} : { costUsd: row.cost_usd }),
    },
    body: row.body,
  }));
}
