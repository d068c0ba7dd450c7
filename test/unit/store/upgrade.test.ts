import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Migration, Migrator } from "kysely/migration";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { inAuditedTransaction, listAudit, verifyAudit } from "../../../src/store/audit.ts";
import { readSamples } from "../../../src/store/cluster/read-samples.ts";
import { createSampleTidying } from "../../../src/store/cluster/tidy-samples.ts";
import { type Database, openDatabase } from "../../../src/store/database.ts";
import { evidenceOf, latestDiagnosis } from "../../../src/store/incidents/diagnoses.ts";
import { getIncident, listIncidents } from "../../../src/store/incidents/incidents.ts";
import { timelineOf } from "../../../src/store/incidents/timeline.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { outcomesOf } from "../../../src/store/plans/verifications.ts";
import { incidentRow } from "../../support/incident-row.ts";

const folder = join(import.meta.dirname, "../../../src/store/migrations");
const names = readdirSync(folder)
  .map((file) => file.replace(".ts", ""))
  .toSorted();

let database: Database;
let admin: Database;
let name: string;

beforeEach(async () => {
  const server = inject("postgresUrl");
  name = `t_${randomBytes(6).toString("hex")}`;
  admin = openDatabase(server, { maxConnections: 1 });
  await admin.pool.query(`create database ${name}`);
  database = openDatabase(server.replace(/\/postgres$/, `/${name}`), { maxConnections: 4 });
});
afterEach(async () => {
  await database.close();
  await admin.pool.query(`drop database ${name} with (force)`);
  await admin.close();
});

async function migrateTo(step: string): Promise<void> {
  const all: Record<string, Migration> = Object.fromEntries(
    await Promise.all(names.map(async (one) => [one, (await import(join(folder, `${one}.ts`))) as Migration] as const)),
  );
  const migrator = new Migrator({
    db: database.kysely,
    provider: { getMigrations: async () => all },
    migrationTableName: "schema_migration",
    migrationLockTableName: "schema_migration_lock",
  });
  const { error } = await migrator.migrateTo(step);
  if (error) throw error;
}

const json = JSON.stringify;
const ref = { kind: "Deployment", namespace: "shop", name: "app-7" };
const { anomaliesDropped: _, ...incident } = incidentRow(7);

/** A row of each table, as the version that made the table would write it. Their order is that of their references. */
const rowsOf: Readonly<Record<string, readonly [sql: string, ...values: unknown[]]>> = {
  incident: [
    `insert into incident (id, cluster, group_key, title, severity, status, target, affected, anomalies, opened_at, onset, updated_at)
     values (7, $1, $2, $3, $4, $5, $6, $7, '[{"fingerprint":"f","detector":"d","reason":"r"}]', now(), now(), now())`,
    ...[
      incident.cluster,
      incident.groupKey,
      incident.title,
      incident.severity,
      incident.status,
      json(ref),
      json([ref]),
    ],
  ],
  diagnosis: [
    `insert into diagnosis (incident_id, version, made_at, body, recommendations)
     values (7, 1, now(), $1, '[{"kept":true}]')`,
    json({
      summary: "kept",
      hypotheses: [{ cause: "missing-env", culprit: ref, probability: 0.9 }],
      evidence: [],
      by: "rules",
    }),
  ],
  evidence: [
    `insert into evidence (incident_id, id, source, about, query, status, text, at, hash)
     values (7, 'E1', 'kubernetes', $1, 'kubectl get', 'ok', 'kept', now(), 'h')`,
    json(ref),
  ],
  timeline: ["insert into timeline (incident_id, at, kind, text) values (7, now(), 'opened', 'kept')"],
  action_plan: [
    `insert into action_plan (id, incident_id, action, target_key, namespace, content, digest, approvals_needed, cause, confidence, expires_at, applied_at, state)
     values ('p1', '7', 'restart', 'Deployment/shop/app-7', 'shop', $1, 'd', 1, 'missing-env', 0.9, now(), now(), 'applied')`,
    json({ target: ref }),
  ],
  plan_vote: [`insert into plan_vote (plan_id, person_id, person_name, digest) values ('p1', 'slack:U1', 'Ann', 'd')`],
  execution: [
    `insert into execution (id, plan_id, kind, outcome, detail) values ('x1', 'p1', 'apply', 'applied', 'kept')`,
  ],
  verification: [
    `insert into verification (plan_id, verdict, reason, at, remaining, fresh) values ('p1', 'recovered', 'kept', now(), '[]', '[]')`,
  ],
  chat_post: [`insert into chat_post (incident_id, key, channel, ts) values (7, 'incident', 'C1', '1.2')`],
  chat_request: [`insert into chat_request (id) values ('v0=abc')`],
  fix_offer: [
    `insert into fix_offer (incident_id, diagnosis_version, recommendation_id, plan_id) values (7, 1, 'R-1', 'p1')`,
  ],
  nodes: [
    `insert into nodes (cluster, at, node, label, ready, pods, cpu_ratio) values ('shop', now() - interval '1 hour', 'n1', 'good', true, 4, 0.5)`,
  ],
  pods: [
    `insert into pods (cluster, at, namespace, pod, workload, label, ready, restarts, cpu_cores, memory_bytes)
     values ('shop', now() - interval '1 hour', 'shop', 'app-7-x', 'app-7', 'bad', true, 2, 0.25, 1000000)`,
  ],
  deployments: [
    `insert into deployments (cluster, at, namespace, deployment, label, desired, available, updated, requests_per_second)
     values ('shop', now() - interval '1 hour', 'shop', 'app-7', 'good', 2, 2, 2, 12.5)`,
  ],
  cause_verdict: [
    `insert into cause_verdict (incident_id, cause, culprit_key, culprit, by_id, by_name) values (7, 'oom-limit', 'k', $1, 'slack:U1', 'Ann')`,
    json(ref),
  ],
  risk: [
    `insert into risk (cluster, code, target_key, nth, target, level, text, advice, rank, first_seen_at, seen_at)
     values ('shop', 'single-replica', 'k', 0, $1, 'risk', 'kept', 'kept', 1, now(), now())`,
    json(ref),
  ],
  second_factor: [
    `insert into second_factor (person_id, sealed, enrolled_by) values ('slack:U1', 'sealed', 'slack:U2')`,
  ],
  silence: [
    `insert into silence (cluster, namespace, name, from_at, until_at, reason, by_id, by_name, created_at)
     values ('shop', 'shop', 'app-7', now(), now() + interval '1 day', 'kept', 'slack:U1', 'Ann', now())`,
  ],
  chat_event: [`insert into chat_event (id, body) values ('Ev1', '{"kept":true}')`],
  web_key: [`insert into web_key (key) values ('kept')`],
  web_link: [`insert into web_link (token_hash, slack_user, expires_at) values ('h', 'U1', now())`],
  web_session: [`insert into web_session (id_hash, slack_user, name, expires_at) values ('h', 'U1', 'Ann', now())`],
  incident_picture: [`insert into incident_picture (incident_id, chart) values (7, '{"kept":true}')`],
  model_conversation: [
    `insert into model_conversation (incident_id, purpose, model, input_tokens, output_tokens, body) values (7, 'diagnosis', 'm', 10, 1, '{"kept":true}')`,
  ],
  installation: [`insert into installation (name, value) values ('pseudonyms', 'kept')`],
  lease: [`insert into lease (name, holder, token, until) values ('shard/shop/0', 'h', nextval('lease_token'), now())`],
  mail_sent: [`insert into mail_sent (key) values ('incident/7/opened')`],
  mail_optout: [`insert into mail_optout (address) values ('ann@example.org')`],
  chaos_experiment: [`insert into chaos_experiment (cluster, name, body) values ('shop', 'e', '{"kept":true}')`],
  chaos_run: [
    `insert into chaos_run (id, cluster, name, experiment, phase, requested_by) values (1, 'shop', 'e', '{}', 'done', 'slack:U1')`,
  ],
  chaos_change: [`insert into chaos_change (run_id, seq, change, state) values (1, 1, '{"kept":true}', 'restored')`],
  log_position: [`insert into log_position (cluster, partition, seq) values ('shop', 'p0', 7)`],
  log_template: [
    `insert into log_template (cluster, namespace, key, text, pod, container, line, lines, first_at, last_at)
     values ('shop', 'shop', 'k', 't', 'p', 'c', 'l', 1, now(), now())`,
  ],
};

/** Where the rows of a table are after it was renamed. */
const renamed: Readonly<Record<string, string>> = {
  nodes: "nodes_singly",
  pods: "pods_singly",
  deployments: "deployments_singly",
};

async function tables(): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'schema_migration%'`,
  );
  return rows.map(({ name }) => name);
}

type Row = Readonly<Record<string, unknown>>;

/** Everything that is kept, by table. */
async function everything(): Promise<ReadonlyMap<string, readonly Row[]>> {
  const all = new Map<string, readonly Row[]>();
  for (const name of await tables()) {
    const { rows } = await database.pool.query<{ row: Row }>(
      `select row_to_json(t) as row from ${name} t order by t::text`,
    );
    // Of outcomes there were totals as well, which nobody reads any more.
    all.set(
      name,
      rows.map(({ row }) => row).filter((row) => row["what"] !== "outcomes"),
    );
  }
  return all;
}

/** What was there is there, row for row and column for column; more columns may have come. */
function expectKept(
  before: ReadonlyMap<string, readonly Row[]>,
  after: ReadonlyMap<string, readonly Row[]>,
  step: string,
) {
  for (const [name, rows] of before) {
    const now = after.get(name) ?? after.get(renamed[name] ?? "") ?? [];
    const columns = Object.keys(rows[0] ?? {});
    const same = now.map((row) => Object.fromEntries(columns.map((column) => [column, row[column]])));
    expect(same, `${step}: ${name}`).toEqual(rows);
  }
}

/** Fills what a step has made: each table that is empty. */
async function fill(): Promise<void> {
  const there = await tables();
  const order = Object.keys(rowsOf);
  for (const name of there.toSorted((a, b) => order.indexOf(a) - order.indexOf(b))) {
    const { rows } = await database.pool.query<{ n: number }>(`select count(*)::int as n from ${name}`);
    const row = rowsOf[name];
    if (rows[0]?.n === 0 && row) await database.pool.query(row[0], row.slice(1));
  }
  // The chain as the code writes it.
  if (!there.includes("audit") || (await listAudit(database)).length > 0) return;
  await inAuditedTransaction(database, async (_tx, record) =>
    record({ event: "plan.proposed", actor: "kubemend", subject: "p1", body: { digest: "d" } }),
  );
}

/** Made and filled by versions whose rows have a table of their own here, or kept by nobody yet. */
const filledLater = new Set([
  "sample_object",
  "node_sample",
  "pod_sample",
  "deployment_sample",
  "past_incident",
  "pruned_total",
  "audit_retention",
]);

async function readByThisVersion(): Promise<void> {
  expect(await migrate(database)).toEqual([]);
  expect(await getIncident(database, "7")).toMatchObject({ title: incident.title, cluster: "shop", status: "open" });
  expect((await listIncidents(database)).map(({ id }) => id)).toEqual(["7"]);
  expect(await latestDiagnosis(database, "7")).toMatchObject({ diagnosis: { summary: "kept" } });
  expect((await evidenceOf(database, "7")).map(({ id, text }) => ({ id, text }))).toEqual([{ id: "E1", text: "kept" }]);
  expect((await timelineOf(database, "7")).map(({ text }) => text)).toEqual(["kept"]);
  const { rows } = await database.pool.query("select cluster, state from action_plan");
  expect(rows, "plans of one cluster are that cluster's from then on").toEqual([{ cluster: "shop", state: "applied" }]);
  const record = { action: "restart", cause: "missing-env", kind: "Deployment" };
  expect(await outcomesOf(database, record, "shop")).toMatchObject([{ recovered: true }]);
  expect(await verifyAudit(database)).toEqual({ intact: true, entries: 1 });
  expect(await createSampleTidying(database, "shop")({ from: Date.now() - 2 * 3_600_000, fullFrom: 0 })).toMatchObject({
    done: true,
  });
  const span = { cluster: "shop", from: 0, to: Date.now() };
  for await (const page of readSamples(database, "pods", span))
    expect(page).toMatchObject([{ pod: "app-7-x", workload: "app-7", label: "bad", restarts: 2, cpuCores: 0.25 }]);
  const { rows: samples } = await database.pool.query(
    "select (select count(*)::int from pods) as pods, (select count(*)::int from nodes) as nodes",
  );
  expect(samples).toEqual([{ pods: 1, nodes: 1 }]);
}

test("what each version has kept outlives every later step, row for row, and is read by this version", async () => {
  for (const step of names) {
    const before = await everything();
    await migrateTo(step);
    expectKept(before, await everything(), step);
    await fill();
  }
  const empty = [...(await everything())].filter(([name, rows]) => rows.length === 0 && !filledLater.has(name));
  expect(
    empty.map(([name]) => name),
    "tables whose rows are not tried",
  ).toEqual([]);
  await readByThisVersion();
});

test.each([
  "0006-history",
  "0020-leases",
])("a database of %s is brought up to date in one go, with its rows", async (step) => {
  await migrateTo(step);
  await fill();
  const before = await everything();
  expect((await migrate(database)).length).toBe(names.length - names.indexOf(step) - 1);
  expectKept(before, await everything(), `from ${step}`);
  await readByThisVersion();
});

test("an older version leaves a newer database alone, and says which one it wants", async () => {
  await migrate(database);
  await database.pool.query("insert into schema_migration (name, timestamp) values ('9001-later', now()::text)");
  await expect(migrate(database)).rejects.toMatchObject({
    code: "database-newer",
    exitCode: 2,
    retryable: false,
    message: expect.stringContaining("9001-later"),
    remedy: expect.stringContaining("restore the backup"),
  });
});
