import { randomBytes } from "node:crypto";
import { expect, test, vi } from "vitest";
import { createDesk } from "../../../src/app/desk/desk.ts";
import { startActor } from "../../../src/app/plans/actor.ts";
import { createPrivacy } from "../../../src/app/privacy.ts";
import { queues } from "../../../src/app/queues.ts";
import { configSchema } from "../../../src/config/config.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { inAuditedTransaction, listAudit, verifyAudit } from "../../../src/store/audit.ts";
import { saveDiagnosis } from "../../../src/store/incidents/diagnoses.ts";
import { saveIncident } from "../../../src/store/incidents/incidents.ts";
import { startJobs } from "../../../src/store/jobs.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { createPlanStore } from "../../../src/store/plans/plan-store.ts";
import { plansOf } from "../../../src/store/plans/plans.ts";
import { saveVerification } from "../../../src/store/plans/verifications.ts";
import { pruneAudit, sayAuditDays } from "../../../src/store/retention/prune-audit.ts";
import { grantRoles } from "../../../src/store/role-grants.ts";
import { startActorCluster } from "../../support/actor-cluster.ts";
import { clean, incidentView } from "../../support/incident-view.ts";
import { passThrough } from "../../support/plan-fixture.ts";
import { boundless, raiseLimit } from "../../support/plan-life.ts";
import { withDatabase } from "../../support/postgres.ts";

/** The database with a user for each role, both held to what it needs. */
async function withRoles() {
  const database = await withDatabase();
  const ending = randomBytes(4).toString("hex");
  const names = { watcher: `watcher_${ending}`, actor: `actor_${ending}` };
  for (const name of Object.values(names)) await database.pool.query(`create user "${name}" password 'x'`);
  const jobs = await startJobs(database.url);
  await jobs.stop();
  await grantRoles(database, names);
  const urlOf = (name: string) => {
    const url = new URL(database.url);
    url.username = name;
    url.password = "x";
    return url.href;
  };
  const open = (name: string) => openStore({ url: urlOf(name), dataFolder: "/nonexistent" });
  const [watcher, actor] = [await open(names.watcher), await open(names.actor)];
  return {
    database,
    names,
    watcher,
    actor,
    async [Symbol.asyncDispose]() {
      await watcher.close();
      await actor.close();
      for (const name of Object.values(names))
        await database.pool.query(`drop owned by "${name}"; drop user "${name}"`);
      await database.close();
    },
  };
}

test("each role does its work with a database user of its own: planned, approved, applied, verified, taken back", async () => {
  await using roles = await withRoles();
  await using cluster = await startActorCluster();
  const { diagnosis } = incidentView;
  if (!diagnosis) throw new Error("the fixture has a diagnosis");
  const config = configSchema.parse({ cluster: incidentView.incident.cluster });
  const [watcher, actor] = [roles.watcher.database, roles.actor.database];
  const place = { log: silentLogger, cluster: config.cluster };
  await using watcherJobs = await startJobs(roles.watcher.url, place);
  await using actorJobs = await startJobs(roles.actor.url, place);
  for (const database of [watcher, actor]) await createPrivacy(database, config.redaction);

  await saveIncident(watcher, incidentView.incident);
  await saveDiagnosis(watcher, { diagnosis: { ...diagnosis, version: 1 }, recommendations: [raiseLimit("96Mi")] }, []);
  const stop = new AbortController();
  const { done } = await startActor({
    database: actor,
    plans: createPlanStore(actor, { cluster: config.cluster }),
    cluster: cluster.actor,
    clusterName: config.cluster,
    policy: boundless,
    redact: passThrough,
    now: Date.now,
    log: silentLogger,
    changed: async (incidentId) => actorJobs.send(queues.deliver, { incidentId }, { key: incidentId }),
    jobs: actorJobs,
    clock: systemClock,
    signal: stop.signal,
  });
  const plans = createPlanStore(watcher, { cluster: config.cluster });
  const desk = createDesk({
    database: watcher,
    plans,
    policy: boundless,
    redact: clean,
    changed: async () => undefined,
    statusDecided: () => undefined,
    jobs: watcherJobs,
    clock: systemClock,
    cluster: config.cluster,
    ask: async () => ({ type: "failed" }) as never,
  });
  const soon = { timeout: 20_000, interval: 50 };
  await watcherJobs.send(queues.plan, { incidentId: "7" }, { key: "7" });
  const plan = await vi.waitFor(async () => {
    const [first] = await plansOf(watcher, "7");
    if (!first) throw new Error("not planned yet");
    return first.plan;
  }, soon);
  const ann = { id: "slack:U1", name: "Ann" };
  expect(await desk.approve(plan.id, plan.digest, ann)).toEqual({ type: "approved" });
  const state = async () => (await plans.get(plan.id))?.plan.state;
  await vi.waitFor(async () => expect(await state()).toBe("applied"), soon);
  await saveVerification(watcher, {
    planId: plan.id,
    verdict: "not-recovered",
    reason: "still there",
    at: Date.now(),
    remaining: [],
    fresh: [],
    measures: [],
  });
  expect(await desk.undo(plan.id, ann)).toMatchObject({ ok: true });
  await vi.waitFor(async () => expect(await state()).toBe("undone"), soon);
  stop.abort();
  await done;
  expect(await verifyAudit(watcher)).toMatchObject({ intact: true });
});

test("neither role reads or writes what is the other's", async () => {
  await using roles = await withRoles();
  const refused = async (role: "watcher" | "actor", statement: string) =>
    await roles[role].database.pool.query(statement).then(
      () => "allowed",
      (error: { code?: string }) => error.code,
    );
  const denied = "42501";
  for (const table of [
    "pods",
    "nodes",
    "deployments",
    "log_template",
    "model_conversation",
    "second_factor",
    "web_session",
    "web_key",
    "chat_event",
    "mail_sent",
    "silence",
  ])
    expect(await refused("actor", `select * from ${table}`), table).toBe(denied);
  for (const statement of [
    "update audit set actor = 'x'",
    "delete from audit",
    "update plan_vote set person_id = 'x'",
    "update verification set verdict = 'recovered'",
    "update freeze_switch set frozen = false",
    "delete from incident",
    "create table mine (a int)",
    "drop table audit",
  ])
    expect(await refused("actor", statement), statement).toBe(denied);
  for (const statement of [
    "update execution set outcome = 'applied'",
    "insert into execution default values",
    "insert into action_plan default values",
    "update audit set actor = 'x'",
    "delete from audit",
    "truncate audit",
    "alter table audit add column x int",
    "drop table execution",
    "create table mine (a int)",
  ])
    expect(await refused("watcher", statement), statement).toBe(denied);
});

test("the watcher's user cuts old entries of the audit off and can take no young ones, whatever it says about days", async () => {
  await using roles = await withRoles();
  const watcher = roles.watcher.database;
  const entry = async (count: number) =>
    inAuditedTransaction(watcher, async (_tx, record) => {
      for (let i = 0; i < count; i++) record({ event: "plan.voted", actor: "slack:U1", subject: `p${i}`, body: { i } });
    });
  await entry(10);
  await roles.database.pool.query("update audit set at_ms = at_ms - 200::bigint * 86400000 where seq <= 6");
  await entry(2);
  await sayAuditDays(watcher, "shop", 0);
  expect(await pruneAudit(watcher)).toBe(6);
  expect(await pruneAudit(watcher)).toBe(0);
  const { rows } = await watcher.pool.query("select min(seq)::int as first, max(seq)::int as last from audit");
  expect(rows).toEqual([{ first: 7, last: 13 }]);
  expect(await listAudit(watcher, { after: 12 })).toMatchObject([
    { event: "audit.pruned", body: { first: 1, last: 6, days: 180 } },
  ]);
});

test.each([
  { name: "a user that is not there", watcher: "nobody_here", actor: "nobody_else" },
  { name: "a name that is a statement", watcher: 'a"; drop table audit; --', actor: "b" },
])("$name is refused with what to do", async ({ watcher, actor }) => {
  await using database = await withDatabase();
  await expect(grantRoles(database, { watcher, actor })).rejects.toMatchObject({
    code: "no-such-database-user",
    remedy: expect.stringContaining("create user"),
  });
});

test("one user for both is refused", async () => {
  await using roles = await withRoles();
  const { watcher } = roles.names;
  await expect(grantRoles(roles.database, { watcher, actor: watcher })).rejects.toMatchObject({
    code: "one-database-user",
  });
});
