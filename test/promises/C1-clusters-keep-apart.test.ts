import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { expect, test, vi } from "vitest";
import { stringify } from "yaml";
import { makePlan } from "../../src/actions/plan/plan.ts";
import { defaultPolicy } from "../../src/actions/policy/policy-file.ts";
import { ownClusterDesk } from "../../src/app/desk/own-cluster.ts";
import { queues } from "../../src/app/queues.ts";
import { configSchema } from "../../src/config/config.ts";
import { makeRef } from "../../src/incident/object-ref.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { startKubemend } from "../../src/main.ts";
import { saveDiagnosis } from "../../src/store/incidents/diagnoses.ts";
import { getIncident, saveIncident, undelivered } from "../../src/store/incidents/incidents.ts";
import { startJobs } from "../../src/store/jobs.ts";
import { openStore } from "../../src/store/open-store.ts";
import { announcePost, incidentOfMessage, recordPost } from "../../src/store/people/chat.ts";
import { claimChatEvents, keepChatEvent } from "../../src/store/people/chat-events.ts";
import { createPlanStore } from "../../src/store/plans/plan-store.ts";
import { plansOf } from "../../src/store/plans/plans.ts";
import { type ActorCluster, startActorCluster } from "../support/actor-cluster.ts";
import { deskOf } from "../support/desk-of.ts";
import { incidentRow } from "../support/incident-row.ts";
import { clean, incidentView } from "../support/incident-view.ts";
import { planDeps } from "../support/plan-fixture.ts";
import { approve, boundless, human, raiseLimit } from "../support/plan-life.ts";
import { type TestDatabase, withDatabase } from "../support/postgres.ts";
import { promised, promiseFigure } from "../support/promise-figure.ts";

const names = ["berlin", "paris"] as const;
type Name = (typeof names)[number];
const other = (name: Name): Name => (name === "berlin" ? "paris" : "berlin");
const rounds = promised(50, 3);
const soon = { timeout: 30_000, interval: 50 };
const { diagnosis } = incidentView;
if (!diagnosis) throw new Error("the fixture has a diagnosis");

/** More changes than a careful hour allows. */
const budgets = { perNamespacePerHour: 10 * rounds, perClusterPerHour: 10 * rounds };
const roomy = { version: 1, rules: [{ name: "all", namespaces: ["*"], approvers: { anyone: true } }], budgets };

/** The actor of one cluster, as `kubemend start --role actor` runs it. */
async function startActorOf(cluster: Name, database: TestDatabase, { url }: ActorCluster) {
  const folder = await mkdtemp(join(tmpdir(), "kubemend-c1-"));
  const policy = join(folder, "policy.yaml");
  await writeFile(policy, stringify(roomy));
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: "test", server: url, skipTLSVerify: true }, { name: "test" });
  const store = await openStore({ url: database.url, dataFolder: "unused" });
  const config = configSchema.parse({ cluster, policy });
  const kubemend = await startKubemend({
    config,
    policy: defaultPolicy,
    role: "actor",
    store,
    kubeConfig,
    log: silentLogger,
  });
  return {
    async [Symbol.asyncDispose]() {
      await kubemend.stop();
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** An incident of one cluster about the workload that the other has under the same name, with a fix on offer. */
async function raise(database: TestDatabase, cluster: Name, id: number): Promise<string> {
  const target = makeRef("Deployment", "shop", "carts");
  const row = incidentRow(id, { cluster, groupKey: `Deployment/shop/carts|${id}`, target, affected: [target] });
  const incident = await saveIncident(database, row);
  const made = { ...diagnosis, incidentId: incident.id, version: 1 } as typeof diagnosis & object;
  await saveDiagnosis(database, { diagnosis: made, recommendations: [raiseLimit(`${64 + id}Mi`)] }, []);
  return incident.id;
}

const ownDeskOf = (database: TestDatabase, cluster: Name) =>
  ownClusterDesk(deskOf(database, { plans: createPlanStore(database, { cluster }), policy: defaultPolicy, cluster }), {
    database,
    cluster,
    redact: clean,
  });

const memoryOf = (cluster: ActorCluster) => JSON.stringify(cluster.get("Deployment", "carts")?.["spec"]);

test("two clusters with workloads of the same names share a database, and each is changed by its own kubemend alone (C1)", {
  timeout: promised(900_000, 90_000),
}, async () => {
  await using database = await withDatabase();
  await using berlin = await startActorCluster();
  await using paris = await startActorCluster();
  const clusters = { berlin, paris };
  const before = memoryOf(paris);
  const plans = {
    berlin: createPlanStore(database, { cluster: "berlin" }),
    paris: createPlanStore(database, { cluster: "paris" }),
  };
  let strayed = 0;
  const planned = async (incidentId: string, within = soon) =>
    await vi.waitFor(async () => {
      const [stored] = await plansOf(database, incidentId);
      if (stored?.plan.state !== "proposed") throw new Error(`no proposal: ${stored?.plan.state}`);
      return stored.plan;
    }, within);

  // Only Berlin's actor runs. Whatever waits for Paris, waits.
  await using berlinsActor = await startActorOf("berlin", database, berlin);
  void berlinsActor;
  await using berlinsJobs = await startJobs(database.url, { cluster: "berlin" });
  await using parisJobs = await startJobs(database.url, { cluster: "paris" });
  const waiting: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const theirs = await raise(database, "paris", 2 * round + 1);
    const ours = await raise(database, "berlin", 2 * round + 2);
    // In its own queue, and astray in ours.
    await parisJobs.send(queues.plan, { incidentId: theirs }, { key: theirs });
    await berlinsJobs.send(queues.plan, { incidentId: theirs }, { key: theirs });
    await berlinsJobs.send(queues.plan, { incidentId: ours }, { key: ours });
    const plan = await planned(ours);
    expect(await plansOf(database, theirs), "a plan for Paris made by looking at Berlin").toEqual([]);
    waiting.push(theirs);
    expect(await approve(plans.paris, plan), "Paris counts no vote about Berlin").toEqual({
      type: "refused",
      reason: "unknown-plan",
    });
    expect(await approve(plans.berlin, plan)).toEqual({ type: "approved" });
    expect(await plans.paris.claim(plan.id), "Paris takes no plan of Berlin").toBeUndefined();
    await vi.waitFor(async () => expect((await plans.berlin.get(plan.id))?.plan.state).toBe("applied"), soon);
    expect((await plans.paris.toVerify()).map((one) => one.plan.id)).toEqual([]);
    expect(await plans.paris.claimUndo(plan.id, "slack:eve")).toEqual({ type: "refused", reason: "unknown-plan" });
    strayed++;
  }
  expect(berlin.writes).toHaveLength(rounds);
  expect(paris.writes).toEqual([]);
  expect(memoryOf(paris)).toBe(before);

  // Now Paris's actor comes up and finds everything that is its own, and nothing else.
  await using parisActor = await startActorOf("paris", database, paris);
  void parisActor;
  const [last] = waiting.slice(-1);
  // It comes after everything else that has waited.
  const plan = await planned(last ?? "", { ...soon, timeout: soon.timeout + rounds * 3_000 });
  const held = memoryOf(berlin);
  expect(await approve(plans.paris, plan)).toEqual({ type: "approved" });
  await vi.waitFor(async () => expect((await plans.paris.get(plan.id))?.plan.state).toBe("applied"), soon);
  expect(paris.writes).toHaveLength(1);
  expect(memoryOf(berlin)).toBe(held);
  expect(berlin.writes).toHaveLength(rounds);
  expect(memoryOf(clusters.paris)).not.toBe(before);
  promiseFigure(
    "C1",
    `${strayed} jobs, votes, claims and undos of one cluster handed to the other's kubemend`,
    "0 carried out; 0 writes to the other cluster",
  );
});

test("decisions about another cluster's incident are refused, whatever page or channel they come through", async () => {
  await using database = await withDatabase();
  await using berlin = await startActorCluster();
  const id = await raise(database, "berlin", 1);
  await using actor = await startActorOf("berlin", database, berlin);
  void actor;
  await using jobs = await startJobs(database.url, { cluster: "berlin" });
  await jobs.send(queues.plan, { incidentId: id }, { key: id });
  const stored = await vi.waitFor(async () => {
    const [one] = await plansOf(database, id);
    if (!one) throw new Error("no plan yet");
    return one;
  }, soon);
  const { plan } = stored;
  const eve = human("eve");
  const desk = ownDeskOf(database, "paris");
  const refused = { ok: false, text: expect.stringContaining("berlin") };
  expect(await desk.acknowledge(id, eve)).toEqual(refused);
  expect(await desk.resolve(id, eve)).toEqual(refused);
  expect(await desk.reopen(id, eve)).toEqual(refused);
  expect(await desk.notThisCause(id, eve)).toEqual(refused);
  expect(await desk.addNote(id, "hello", eve)).toEqual(refused);
  expect(await desk.rate(id, "wrong", eve)).toEqual(refused);
  expect(await desk.reject(plan.id, eve, "no")).toEqual(refused);
  expect(await desk.undo(plan.id, eve)).toEqual(refused);
  expect(await desk.replanWith(id, plan.recommendationId, {}, eve)).toEqual(refused);
  expect(await desk.replan(id, plan.recommendationId, {}, eve)).toBeUndefined();
  expect(await desk.approve(plan.id, plan.digest, eve)).toEqual({ type: "refused", reason: "other-cluster" });
  expect(await desk.ask(id, "why?", eve)).toMatchObject({ type: "refused", reason: "other-cluster" });
  expect(await desk.list({})).toEqual([]);
  // Reading is for everybody.
  expect((await desk.view(id))?.incident.cluster).toBe("berlin");
  expect(await getIncident(database, id)).toMatchObject({ status: "open", acknowledgedBy: null });
  expect((await plansOf(database, id))[0]?.plan.state).toBe("proposed");
  const own = ownDeskOf(database, "berlin");
  expect(await own.acknowledge(id, eve)).toMatchObject({ ok: true });
  expect(await own.approve(plan.id, plan.digest, eve)).toEqual({ type: "approved" });
});

test("budgets, messages, events and deliveries are counted and taken by cluster; the freeze switch is one for all", async () => {
  await using database = await withDatabase();
  await using berlin = await startActorCluster();
  await using paris = await startActorCluster();
  const [a, b] = [await raise(database, "berlin", 1), await raise(database, "paris", 2)];
  expect(await undelivered(database, 10, "berlin")).toEqual([a]);
  expect(await undelivered(database, 10, "paris")).toEqual([b]);

  expect(await keepChatEvent(database, "Ev1", { of: "berlin" }, "berlin")).toBe(true);
  expect(await claimChatEvents(database, "paris")).toEqual([]);
  expect((await claimChatEvents(database, "berlin")).map(({ id }) => id)).toEqual(["Ev1"]);

  await announcePost(database, a, "message", "C1");
  await recordPost(database, a, "message", { channel: "C1", ts: "1.1", contentHash: "" });
  expect(await incidentOfMessage(database, "C1", "1.1", "berlin")).toBe(a);
  expect(await incidentOfMessage(database, "C1", "1.1", "paris"), "heard by two, answered by one").toBeUndefined();

  const stores = {
    berlin: createPlanStore(database, { cluster: "berlin" }),
    paris: createPlanStore(database, { cluster: "paris" }),
  };
  const tight = { ...boundless, budgets: { perNamespacePerHour: 1, perClusterPerHour: 1 } };
  const proposal = async (name: Name, incidentId: string, of: ActorCluster, memory: string) => {
    const { standing, newId } = stores[name];
    const made = await makePlan(
      { incidentId, recommendation: raiseLimit(memory) },
      planDeps(of.actor, { standing, newId, policy: tight }),
    );
    if (made.type !== "planned") return made.refusal.reason;
    await stores[name].save(made.plan, { requestedBy: null, cause: "memory-limit-too-low", confidence: 0.9 });
    return made.plan;
  };
  for (const [name, id, of] of [
    ["berlin", a, berlin],
    ["paris", b, paris],
  ] as const) {
    const plan = await proposal(name, id, of, "96Mi");
    if (typeof plan === "string") throw new Error(plan);
    expect(
      await approve(stores[name], plan, "ann", tight),
      `the change of ${other(name)} is not on this budget`,
    ).toEqual({
      type: "approved",
    });
    expect((await stores[name].standing()).spent).toEqual({ namespaces: new Map([["shop", 1]]), cluster: 1 });
  }
  // Both targets bear the same name, and are in flight at the same time.
  expect((await stores.berlin.claim())?.plan.incidentId).toBe(a);
  expect((await stores.paris.claim())?.plan.incidentId).toBe(b);
  await stores.berlin.freeze({ frozen: true, by: human("ann"), reason: "stop" });
  expect((await stores.paris.standing()).frozen, "stop means stop, everywhere").toBe(true);
  const record = { action: "patch-resources", cause: "memory-limit-too-low", kind: "Deployment" };
  expect(await stores.paris.outcomes(record)).toEqual([]);
});
