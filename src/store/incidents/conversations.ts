import { sql } from "kysely";
import { storableJson } from "../../lib/storable-text.ts";
import type { Database } from "../database.ts";

export interface StoredConversation {
  readonly incidentId: string;
  readonly purpose: string;
  /** The diagnosis it belongs to; absent for questions. */
  readonly version?: number;
  readonly model: string;
  readonly tokens: { readonly input: number; readonly output: number; readonly costUsd?: number };
  /** As the model's side wrote it: redacted. */
  readonly body: unknown;
}

/** Older ones have served; what was spent and why is asked for days later, not for months. */
const keptDays = 30;

/** Keeps conversations and forgets those that are older than 30 days. */
export async function saveConversations(database: Database, all: readonly StoredConversation[]): Promise<void> {
  for (const one of all) {
    await sql`
      insert into model_conversation
        (incident_id, purpose, diagnosis_version, model, input_tokens, output_tokens, cost_usd, body)
      values (${one.incidentId}::bigint, ${one.purpose}, ${one.version ?? null}, ${one.model},
        ${Math.round(one.tokens.input)}, ${Math.round(one.tokens.output)}, ${one.tokens.costUsd ?? null},
        ${storableJson(one.body)}::jsonb)`.execute(database.kysely);
  }
  if (all.length > 0)
    await sql`delete from model_conversation where at < now() - make_interval(days => ${keptDays})`.execute(
      database.kysely,
    );
}

/** What was spent in the last hour and for incidents that are open, so that a restart does not refill a budget. */
export async function tokensSpent(
  database: Database,
): Promise<readonly { readonly at: number; readonly incidentId: string; readonly tokens: number }[]> {
  const { rows } = await sql<{ at: Date; incident_id: string; tokens: string }>`
    select max(c.at) as at, c.incident_id::text as incident_id, sum(c.input_tokens + c.output_tokens)::text as tokens
      from model_conversation c join incident i on i.id = c.incident_id
     where c.at > now() - interval '1 hour' or i.status <> 'resolved'
     group by c.incident_id, date_trunc('minute', c.at)
     order by 1 limit 20000`.execute(database.kysely);
  return rows.map((row) => ({ at: row.at.getTime(), incidentId: row.incident_id, tokens: Number(row.tokens) }));
}
