import { sql } from "kysely";
import type { Anomaly } from "../../incident/anomaly.ts";
import { storableJson } from "../../lib/storable-text.ts";
import type { Database } from "../database.ts";

/** The symptoms that a plan's effect is judged by; none when none were kept. */
export async function symptomsOf(database: Database, planId: string): Promise<readonly Anomaly[]> {
  const { rows } = await sql<{ symptoms: readonly Anomaly[] | null }>`
    select symptoms from action_plan where id = ${planId}`.execute(database.kysely);
  return rows[0]?.symptoms ?? [];
}

/** Keeps them until there is a verdict, for a watcher that takes over. */
export async function keepSymptoms(database: Database, planId: string, symptoms: readonly Anomaly[]): Promise<void> {
  await sql`
    update action_plan set symptoms = ${storableJson(symptoms)}::jsonb where id = ${planId} and state = 'applied'`.execute(
    database.kysely,
  );
}
