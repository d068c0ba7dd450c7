import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Migration, Migrator } from "kysely/migration";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { type Database, openDatabase } from "../../../src/store/database.ts";
import { evidenceOf, latestDiagnosis } from "../../../src/store/incidents/diagnoses.ts";
import { getIncident, listIncidents } from "../../../src/store/incidents/incidents.ts";
import { migrate } from "../../../src/store/migrate.ts";
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

const counted = [
  "incident",
  "diagnosis",
  "evidence",
  "timeline",
  "action_plan",
  "plan_vote",
  "execution",
  "verification",
  "chat_post",
];

async function rowsIn(table: string): Promise<number | undefined> {
  return await database.pool.query(`select count(*)::int as n from ${table}`).then(
    ({ rows }) => (rows[0] as { n: number }).n,
    // Not made yet.
    () => undefined,
  );
}

test("the first version's data outlive every step, one by one, and are read by this version", async () => {
  const { pool } = database;
  const { anomaliesDropped: _, ...incident } = incidentRow(7);
  const json = JSON.stringify;
  for (const step of names) {
    const before = await Promise.all(counted.map(rowsIn));
    await migrateTo(step);
    const after = await Promise.all(counted.map(rowsIn));
    expect(
      after.map((n, i) => (before[i] === undefined ? undefined : n)),
      step,
    ).toEqual(before);
    if (step === "0001-core") {
      await pool.query(
        `insert into incident (id, cluster, group_key, title, severity, status, target, affected, anomalies, opened_at, onset, updated_at)
         values (7, $1, $2, $3, $4, $5, $6, $7, '[]', now(), now(), now())`,
        [
          incident.cluster,
          incident.groupKey,
          incident.title,
          incident.severity,
          incident.status,
          json(incident.target),
          json(incident.affected),
        ],
      );
      await pool.query(
        `insert into diagnosis (incident_id, version, made_at, body, recommendations)
         values (7, 1, now(), '{"summary":"kept","hypotheses":[],"evidence":[],"by":"rules"}', '[]')`,
      );
      await pool.query(
        `insert into evidence (incident_id, id, source, about, query, status, text, at, hash)
         values (7, 'E1', 'kubernetes', $1, 'kubectl get', 'ok', 'kept', now(), 'h')`,
        [json(incident.target)],
      );
      await pool.query(`insert into timeline (incident_id, at, kind, text) values (7, now(), 'opened', 'kept')`);
    }
    if (step === "0002-actions") {
      await pool.query(
        `insert into action_plan (id, incident_id, action, target_key, namespace, content, digest, approvals_needed, confidence, expires_at, state)
         values ('p1', '7', 'restart', 'k', 'shop', '{}', 'd', 1, 0.9, now(), 'applied')`,
      );
      await pool.query(
        `insert into plan_vote (plan_id, person_id, person_name, digest) values ('p1', 'slack:U1', 'Ann', 'd')`,
      );
      await pool.query(
        `insert into execution (id, plan_id, kind, outcome, detail) values ('x1', 'p1', 'apply', 'applied', '')`,
      );
      await pool.query(
        `insert into verification (plan_id, verdict, reason, at, remaining, fresh) values ('p1', 'recovered', 'kept', now(), '[]', '[]')`,
      );
    }
    if (step === "0003-chat")
      await pool.query(`insert into chat_post (incident_id, key, channel, ts) values (7, 'incident', 'C1', '1.2')`);
  }
  expect(await migrate(database)).toEqual([]);
  expect(await getIncident(database, "7")).toMatchObject({ title: incident.title, cluster: "shop", status: "open" });
  expect((await listIncidents(database)).map(({ id }) => id)).toEqual(["7"]);
  expect(await latestDiagnosis(database, "7")).toMatchObject({ diagnosis: { summary: "kept" } });
  expect((await evidenceOf(database, "7")).map(({ id, text }) => ({ id, text }))).toEqual([{ id: "E1", text: "kept" }]);
  const { rows } = await pool.query("select cluster, state from action_plan");
  expect(rows, "plans of one cluster are that cluster's from then on").toEqual([{ cluster: "shop", state: "applied" }]);
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
