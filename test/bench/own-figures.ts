import { sql } from "kysely";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { causeFigures, countedRows } from "../../src/store/people/own-figures.ts";
import { outcomesOf } from "../../src/store/plans/verifications.ts";
import { sumTally } from "../../src/store/retention/sum-tally.ts";
import { benchDatabase } from "./database.ts";
import { type BenchRow, median, rounded, timed } from "./row.ts";

const incidents = 100_000;
const plansOfEach = 3;
const overDays = 300;
const rounds = 9;

/** Two thirds of the plans were applied and judged, over ten causes and four actions; an incident every four minutes. */
async function fill(database: Database): Promise<void> {
  const { kysely } = database;
  const at = sql`now() - (${incidents}::int - i) * make_interval(secs => ${(overDays * 86_400) / incidents})`;
  await sql`
    insert into incident (id, cluster, group_key, title, severity, status, target, affected, anomalies, opened_at, onset, updated_at, resolved_at, delivered_revision)
    select i, 'shop', 'g' || i, 't', 'high', 'resolved', '{"kind":"Deployment","namespace":"shop","name":"carts"}', '[]', '[]', t, t, t, t, 1
      from generate_series(1, ${incidents}::int) i, lateral (select ${at}) as at(t)`.execute(kysely);
  await sql`
    insert into diagnosis (incident_id, version, made_at, body, recommendations)
    select i, v, ${at}, jsonb_build_object('inconclusive', false, 'hypotheses',
             jsonb_build_array(jsonb_build_object('cause', 'cause-' || (i + v) % 10))), '[]'
      from generate_series(1, ${incidents}::int) i, generate_series(1, 2) v`.execute(kysely);
  await sql`update incident set cause = 'cause-' || (id + 2) % 10`.execute(kysely);
  await sql`
    insert into action_plan (id, incident_id, cluster, action, target_key, namespace, content, digest, approvals_needed, cause,
                             confidence, created_at, expires_at, decided_at, applied_at, phase, state)
    select 'p' || i || '-' || n, i::text, 'shop', (array['restart', 'scale', 'set-env', 'rollback-deployment'])[1 + i % 4], 'Deployment/shop/carts', 'shop',
           jsonb_build_object('target', jsonb_build_object('kind', 'Deployment'), 'filler', repeat('x', 1500)), 'd', 1, 'cause-' || i % 10, 0.9, t, t, t, case when n < 3 then t end,
           case when n < 3 then 'apply' end, case when n < 3 then 'applied' else 'superseded' end
      from generate_series(1, ${incidents}::int) i, generate_series(1, ${plansOfEach}::int) n, lateral (select ${at}) as at(t)`.execute(
    kysely,
  );
  await sql`
    insert into execution (id, plan_id, kind, outcome, detail, told)
    select 'x' || id, id, 'apply', 'applied', '', true from action_plan where state = 'applied'`.execute(kysely);
  await sql`
    insert into verification (plan_id, verdict, reason, at, remaining, fresh)
    select id, case when id like '%1' then 'recovered' else 'not-recovered' end, '', applied_at, '[]', '[]'
      from action_plan where state = 'applied'`.execute(kysely);
  // As once an hour.
  await sumTally(database);
  await sql`vacuum analyze`.execute(kysely);
}

/** What a scrape, the page of models and an automatic approval ask, over 300,000 plans of 300 days. Median of 9. */
export async function benchOwnFigures(): Promise<BenchRow[]> {
  await using postgres = await benchDatabase();
  const { database } = postgres;
  // Filling takes longer than any statement of everyday work may.
  await using unhurried = openDatabase(postgres.url, { statementTimeoutMs: 600_000, queryTimeoutMs: 600_000 });
  await fill(unhurried);
  const asked: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["counts of a scrape", () => countedRows(database, "shop")],
    ["causes of 30 days", () => causeFigures(database)],
    [
      "outcomes of an action",
      () => outcomesOf(database, { action: "restart", cause: "cause-0", kind: "Deployment" }, "shop"),
    ],
  ];
  const rows: BenchRow[] = [];
  for (const [name, ask] of asked) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) times.push(await timed(ask));
    rows.push({ name: `figures over 300,000 plans: ${name}`, value: rounded(median(times)), unit: "ms" });
  }
  return rows;
}
