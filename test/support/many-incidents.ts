import { sql } from "kysely";
import type { Database } from "../../src/store/database.ts";

/**
 * Incidents 1 … `count`, ten at the same moment each, every twentieth open; those divisible by three have a diagnosis
 * `bad-release`, and of these every odd one a later one, `network-fault`; the others say `memory-leak`.
 */
export async function fillManyIncidents(db: Database, count: number, options: { from?: number } = {}): Promise<void> {
  const { from = 1 } = options;
  const last = from + count - 1;
  await sql`
    insert into incident (id, cluster, group_key, title, severity, status, target, affected, anomalies, opened_at, onset, updated_at, resolved_at)
    select i, 'test', 'group-' || i, 'workload-' || (i % 100) || ' fails its requests',
           (array['critical', 'high', 'medium', 'low'])[1 + i % 4], case when i % 20 = 0 then 'open' else 'resolved' end,
           jsonb_build_object('kind', 'Deployment', 'namespace', 'ns-' || (i % 10), 'name', 'workload-' || (i % 100)),
           '[]', (select jsonb_agg(jsonb_build_object('detector', 'error-ratio', 'summary', repeat('measured ', 40))) from generate_series(1, 8)),
           t, t, t, case when i % 20 = 0 then null else t end
      from generate_series(${from}::int, ${last}::int) i, lateral (select timestamptz '2026-01-01' + (i / 10) * interval '1 minute') as at(t)`.execute(
    db.kysely,
  );
  const body = (cause: string) => sql`
    jsonb_build_object('inconclusive', false, 'summary', repeat('said ', 200), 'hypotheses', jsonb_build_array(jsonb_build_object(
      'cause', ${cause}::text, 'probability', 0.9, 'culprit', jsonb_build_object('kind', 'Deployment', 'name', 'w'))))`;
  const diagnose = (version: number, cause: string, which: string) =>
    sql`insert into diagnosis (incident_id, version, made_at, body, recommendations)
        select i, ${version}::int, now(), ${body(cause)}, '[]' from generate_series(${from}::int, ${last}::int) i where ${sql.raw(which)}`.execute(
      db.kysely,
    );
  await diagnose(1, "bad-release", "i % 3 = 0");
  await diagnose(1, "memory-leak", "i % 3 <> 0");
  await diagnose(2, "network-fault", "i % 3 = 0 and i % 2 = 1");
  await sql`analyze incident, diagnosis`.execute(db.kysely);
}
