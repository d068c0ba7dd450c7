import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { answerCommand } from "../../../../src/bot/slack/listen/commands.ts";
import { exportAudit, knownOf, reportAudit } from "../../../../src/cli/audit.ts";
import type { CauseCode } from "../../../../src/incident/cause.ts";
import { makeRef } from "../../../../src/incident/object-ref.ts";
import { inAuditedTransaction, listAudit, verifyAudit } from "../../../../src/store/audit.ts";
import { rejectCause } from "../../../../src/store/incidents/cause-verdicts.ts";
import { saveDiagnosis } from "../../../../src/store/incidents/diagnoses.ts";
import { recall } from "../../../../src/store/incidents/history.ts";
import { changeStatus, saveIncident } from "../../../../src/store/incidents/incidents.ts";
import { rememberedIncident } from "../../../../src/store/incidents/remembered.ts";
import { countedRows, modelSpending } from "../../../../src/store/people/own-figures.ts";
import { savePlan } from "../../../../src/store/plans/plans.ts";
import { saveVerification } from "../../../../src/store/plans/verifications.ts";
import { pruneAudit, sayAuditDays } from "../../../../src/store/retention/prune-audit.ts";
import { pruneIncidents } from "../../../../src/store/retention/prune-incidents.ts";
import { servePages } from "../../../support/filled-pages.ts";
import { incidentRow } from "../../../support/incident-row.ts";
import { clean, incidentView, plan } from "../../../support/incident-view.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";
import { notingDesk } from "../../../support/slack-bot.ts";

const target = makeRef("Deployment", "shop", "carts");
const cause: CauseCode = "missing-env";
const days = 400;
let database: TestDatabase;

beforeEach(async () => {
  database = await withDatabase();
});
afterEach(async () => await database.close());

const count = async (table: string) =>
  (await database.pool.query<{ n: number }>(`select count(*)::int as n from ${table}`)).rows[0]?.n;

interface Past {
  readonly id: number;
  /** How long ago it was resolved. */
  readonly daysAgo: number;
  readonly cluster?: string;
  readonly open?: true;
  readonly undelivered?: true;
}

/** An incident with everything that hangs on one: evidence, a diagnosis that a model helped with, and a plan that was applied and helped. */
async function past({ id, daysAgo, cluster = "shop", open, undelivered }: Past): Promise<void> {
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  const incident = incidentRow(id, { cluster, target, groupKey: "Deployment/shop/carts" });
  await saveIncident(database, incident);
  const hypotheses = [
    { cause, culprit: target, probability: 0.9, statement: clean("s"), evidence: [], against: [], explains: 1 },
  ];
  const tokens = { input: 1_000, output: 100, costUsd: 0.01 };
  await saveDiagnosis(
    database,
    { diagnosis: { ...diagnosis, incidentId: String(id), hypotheses, tokens }, recommendations: [] },
    [],
  );
  const made = { ...plan, id: `plan-${id}`, incidentId: String(id), action: "set-env" as const, target };
  await savePlan(database, made, { requestedBy: null, cause, confidence: 0.8 }, cluster);
  await saveVerification(database, {
    planId: made.id,
    verdict: "recovered",
    reason: "seen",
    at: Date.now(),
    remaining: [],
    fresh: [],
  });
  await sql`insert into execution (id, plan_id, kind, outcome, detail) values (${`x${id}`}, ${made.id}, 'apply', 'applied', '')`.execute(
    database.kysely,
  );
  if (!open) await changeStatus(database, String(id), "resolve", { at: Date.now() });
  await database.pool.query(
    `update incident set opened_at = now() - make_interval(days => $2), updated_at = now() - make_interval(days => $2),
            resolved_at = case when status = 'resolved' then now() - make_interval(days => $2) end,
            delivered_revision = case when $3 then 0 else revision end where id = $1`,
    [id, daysAgo, undelivered ?? false],
  );
  await database.pool.query(
    `update action_plan set state = 'applied', created_at = now() - make_interval(days => $2), expires_at = now() - make_interval(days => $2),
            applied_at = now() - make_interval(days => $2), decided_at = null, finished_at = null where id = $1`,
    [made.id, daysAgo],
  );
}

/** The chain as it would stand had its first entries been written long ago: the time is a part of each hash. */
async function age(entries: number, daysAgo: number): Promise<void> {
  const { rows } = await database.pool.query<{
    seq: string;
    event: string;
    actor: string;
    subject: string;
    body: object;
  }>("select seq, event, actor, subject, body from audit order by seq");
  await database.pool.query("delete from audit");
  await database.pool.query("update audit_head set seq = 0, hash = repeat('0', 64)");
  const { digestOf } = await import("../../../../src/lib/stable-hash.ts");
  let prevHash = "0".repeat(64);
  for (const [i, { seq, event, actor, subject, body }] of rows.entries()) {
    const at = Date.now() - (i < entries ? daysAgo * 86_400_000 : 0);
    const hash = digestOf({ seq: Number(seq), at, event, actor, subject, body, prevHash });
    await database.pool.query(
      "insert into audit (seq, at_ms, event, actor, subject, body, prev_hash, hash) values ($1, $2, $3, $4, $5, $6, $7, $8)",
      [seq, at, event, actor, subject, JSON.stringify(body), prevHash, hash],
    );
    await database.pool.query("update audit_head set seq = $1, hash = $2", [seq, hash]);
    prevHash = hash;
  }
}

async function note(times: number, subject = "freeze"): Promise<void> {
  for (let i = 0; i < times; i++)
    await inAuditedTransaction(database, async (_tx, record) =>
      record({ event: "freeze.changed", actor: "slack:U1", subject, body: { frozen: i % 2 === 0, n: i } }),
    );
}

describe("incidents that have had their days", () => {
  test("go with all that is theirs, and the audit says which", async () => {
    await past({ id: 1, daysAgo: 500 });
    await past({ id: 2, daysAgo: 300 });
    expect(await pruneIncidents(database, "shop", days)).toEqual({ incidents: 1, plans: 1 });
    expect(await pruneIncidents(database, "shop", days)).toEqual({ incidents: 0, plans: 0 });
    for (const table of ["incident", "diagnosis", "action_plan", "verification", "execution"])
      expect(await count(table), table).toBe(1);
    expect((await listAudit(database)).at(-1)).toMatchObject({
      event: "incidents.pruned",
      actor: "kubemend",
      body: { cluster: "shop", days, incidents: [1], plans: ["plan-1"] },
    });
    expect(await verifyAudit(database)).toMatchObject({ intact: true });
  });

  test("more than one transaction takes", async () => {
    await database.pool.query(
      `insert into incident (id, cluster, group_key, title, severity, status, target, affected, anomalies, opened_at, onset, updated_at, resolved_at, delivered_revision)
       select n, 'shop', 'g' || n, 't', 'high', 'resolved', '{"kind":"Deployment","name":"x"}', '[]', '[]', now() - interval '2 years',
              now() - interval '2 years', now() - interval '2 years', now() - interval '2 years', 1 from generate_series(1, 250) n`,
    );
    expect(await pruneIncidents(database, "shop", days)).toEqual({ incidents: 250, plans: 0 });
  });

  test.each<{ name: string; more?: Partial<Past>; meanwhile?: () => Promise<unknown> }>([
    { name: "an open one, however old", more: { open: true } },
    { name: "one that chat has not been told of", more: { undelivered: true } },
    { name: "another cluster's", more: { cluster: "meadow" } },
    {
      name: "one with a change under way",
      meanwhile: () => database.pool.query("update action_plan set state = 'executing'"),
    },
    {
      name: "one with an approved change",
      meanwhile: () => database.pool.query("update action_plan set state = 'approved'"),
    },
    {
      name: "one with a fix that may still be decided",
      meanwhile: () =>
        database.pool.query("update action_plan set state = 'proposed', expires_at = now() + interval '1 hour'"),
    },
    {
      name: "one of which a person has said lately what was not its cause",
      meanwhile: () =>
        rejectCause(database, { incidentId: "1", cause, culprit: target, by: { id: "slack:U1", name: "Ana" } }),
    },
    {
      name: "one whose fix was taken back lately",
      meanwhile: () => database.pool.query("update action_plan set finished_at = now() - interval '3 days'"),
    },
  ])("$name stays", async ({ more, meanwhile }) => {
    await past({ id: 1, daysAgo: 500, ...more });
    await meanwhile?.();
    expect(await pruneIncidents(database, "shop", days)).toEqual({ incidents: 0, plans: 0 });
    expect(await count("incident")).toBe(1);
  });

  test("are still known to have happened before, with what helped", async () => {
    await past({ id: 1, daysAgo: 500 });
    const now = incidentRow(9, { target, groupKey: "Deployment/shop/carts" });
    await saveIncident(database, now);
    const before = await recall(database, now);
    expect(before.similar).toMatchObject([{ id: "1", cause, fix: { action: "set-env", recovered: true } }]);
    await pruneIncidents(database, "shop", days);
    expect((await recall(database, now)).similar).toEqual(before.similar);
    expect((await recall(database, { ...now, cluster: "meadow" })).similar).toEqual([]);
  });

  test("go on counting: what was done, what came of it, what the model has cost", async () => {
    await past({ id: 1, daysAgo: 500 });
    await past({ id: 2, daysAgo: 500 });
    await past({ id: 3, daysAgo: 1 });
    const totals = async () => ({
      counted: (await countedRows(database, "shop")).filter(
        ({ what }) => what === "verifications" || what === "executions",
      ),
      spent: await modelSpending(database),
    });
    const before = await totals();
    expect(before.spent).toMatchObject({ diagnoses: 3, input: 3_000, output: 300 });
    expect((await pruneIncidents(database, "shop", days)).incidents).toBe(2);
    expect(await totals()).toEqual(before);
  });
});

describe("the audit that has had its days", () => {
  test("is kept for good unless a number of days is set", async () => {
    await note(10);
    await age(8, 500);
    await sayAuditDays(database, "shop", undefined);
    expect(await pruneAudit(database)).toBe(0);
    expect(await count("audit")).toBe(10);
  });

  test("begins later, is proved from there on, and says where", async () => {
    await note(10);
    await age(8, 500);
    await sayAuditDays(database, "shop", 365);
    const cut = (await listAudit(database))[7];
    expect(await pruneAudit(database)).toBe(8);
    expect(await pruneAudit(database)).toBe(0);
    const rest = await listAudit(database);
    expect(rest.map(({ seq }) => seq)).toEqual([9, 10, 11]);
    expect(rest[2]).toMatchObject({
      event: "audit.pruned",
      body: { first: 1, last: 8, lastHash: cut?.hash, lastAt: cut?.at, days: 365 },
    });
    expect(await verifyAudit(database)).toMatchObject({
      intact: true,
      entries: 3,
      pruned: { last: 8, lastAt: cut?.at, saidBy: 11 },
    });
    const out = new PassThrough();
    expect(await reportAudit(database, out)).toBe(0);
    out.end();
    expect(await text(out)).toMatch(
      /intact: 3 entries, from entry 9 on\. Entries up to 8 .* were pruned .*; entry 11 says so/,
    );
  });

  test("pruned again and again, the newest cut counts", async () => {
    await sayAuditDays(database, "shop", 365);
    for (let round = 0; round < 3; round++) {
      await note(5);
      const all = await listAudit(database);
      if (round === 0) await age(all.length - 1, 500);
      expect(await pruneAudit(database)).toBe(round === 0 ? 4 : 0);
    }
    expect(await verifyAudit(database)).toMatchObject({ intact: true, entries: 1 + 1 + 10, pruned: { last: 4 } });
  });

  test("goes no further than the first plan that is still there", async () => {
    await note(3);
    await past({ id: 1, daysAgo: 500, open: true });
    await note(3);
    await age(6, 500);
    await sayAuditDays(database, "shop", 365);
    expect(await pruneAudit(database)).toBe(3);
    expect(await verifyAudit(database)).toMatchObject({ intact: true, pruned: { last: 3 } });
  });

  test("is kept as long as the cluster that wants it longest", async () => {
    await note(10);
    await age(8, 500);
    await sayAuditDays(database, "shop", 365);
    await sayAuditDays(database, "meadow", undefined);
    expect(await pruneAudit(database)).toBe(0);
    await sayAuditDays(database, "meadow", 600);
    expect(await pruneAudit(database)).toBe(0);
    // That cluster has no kubemend any more.
    await database.pool.query(
      "update audit_retention set said_at = now() - interval '60 days' where cluster = 'meadow'",
    );
    expect(await pruneAudit(database)).toBe(8);
  });

  test.each([
    { name: "a longer cut than was said", change: "delete from audit where seq = 9", problem: "missing", seq: 9 },
    {
      name: "another cut in that entry",
      change: `update audit set body = jsonb_set(body, '{last}', '9') where seq = 11`,
      problem: "changed",
      seq: 11,
    },
    {
      name: "a changed entry behind the cut",
      change: "update audit set actor = 'x' where seq = 9",
      problem: "changed",
      seq: 9,
    },
    { name: "a cut-off end", change: "delete from audit where seq = 12", problem: "cut-off", seq: 12 },
  ])("$name shows", async ({ change, problem, seq }) => {
    await note(10);
    await age(8, 500);
    await sayAuditDays(database, "shop", 365);
    await pruneAudit(database);
    await note(1);
    expect(await verifyAudit(database)).toMatchObject({ intact: true, entries: 4 });
    await database.pool.query(change);
    expect(await verifyAudit(database)).toEqual({ intact: false, problem, seq });
  });

  test("a beginning that is gone without a word shows", async () => {
    await note(10);
    await database.pool.query("delete from audit where seq <= 3");
    expect(await verifyAudit(database)).toEqual({ intact: false, problem: "missing", seq: 3 });
  });

  test("an export from before the cut proves the rest, and that the cut is where it was", async () => {
    await note(10);
    await age(8, 500);
    const folder = await mkdtemp(join(tmpdir(), "kubemend-audit-"));
    await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
    const out = new PassThrough();
    const exported = exportAudit(database, out).then(() => out.end());
    const lines = await text(out);
    await exported;
    const file = join(folder, "audit.jsonl");
    await writeFile(file, lines);
    await sayAuditDays(database, "shop", 365);
    await pruneAudit(database);
    const report = new PassThrough();
    expect(await reportAudit(database, report, await knownOf(file, undefined))).toBe(0);
    report.end();
    // Two that are still there, and the link at which it was cut.
    expect(await text(report)).toContain("3 of them as told elsewhere");
    // Whoever writes everything may write a chain that begins elsewhere; the export has another hash there.
    await writeFile(file, lines.replace(/("seq":8.*"hash":")[0-9a-f]{64}/, `$1${"a".repeat(64)}`));
    expect(await reportAudit(database, new PassThrough(), await knownOf(file, undefined))).toBe(1);
  });
});

test("of a pruned incident the page and chat say why it is gone, and what is still known", async () => {
  await past({ id: 1, daysAgo: 500 });
  await past({ id: 2, daysAgo: 1 });
  await pruneIncidents(database, "shop", days);
  await using web = await servePages(database);
  const gone = await fetch(`${web.url}/incidents/1`);
  expect(gone.status).toBe(410);
  const page = await gone.text();
  const known = [
    "app-1 is broken",
    "required environment variable missing",
    "Change an environment variable",
    "helped",
  ];
  for (const part of [...known, "retention.incidentsDays"]) expect(page).toContain(part);
  expect((await fetch(`${web.url}/incidents/2`)).status).toBe(200);
  const never = await fetch(`${web.url}/incidents/3`);
  expect(never.status).toBe(404);
  expect(await never.text()).toContain("or it was deleted after the days");

  const desk = notingDesk([], { view: async () => undefined, remembered: (id) => rememberedIncident(database, id) });
  const ask = async (line: string) =>
    JSON.stringify(await answerCommand(line, { desk, by: { id: "slack:U1", name: "Ana" }, now: 0, timeZone: "UTC" }));
  for (const line of ["show 1", "timeline 1", "evidence #1"])
    for (const part of [...known, "so its details were deleted"]) expect(await ask(line)).toContain(part);
  expect(await ask("show 3")).toContain("There is no incident 3, or it was deleted");
});
