import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultPolicy, policySchema } from "../../../../src/actions/policy/policy-file.ts";
import { makeSignInLink } from "../../../../src/bot/web/sign-in-routes.ts";
import type { ActionPlan } from "../../../../src/incident/fix/action-plan.ts";
import { listAudit, verifyAudit } from "../../../../src/store/audit.ts";
import { keepLink } from "../../../../src/store/people/web-sign-in.ts";
import { setFreeze } from "../../../../src/store/plans/freeze.ts";
import { getPlan } from "../../../../src/store/plans/plans.ts";
import { type ActorCluster, startActorCluster } from "../../../support/actor-cluster.ts";
import { deskOf } from "../../../support/desk-of.ts";
import { fillIncident, type ServedPages, servePages } from "../../../support/filled-pages.ts";
import { planStore, propose, raiseLimit } from "../../../support/plan-life.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

/** Only Ann may approve. */
const policy = policySchema.parse({
  ...defaultPolicy,
  rules: [{ name: "ann", namespaces: ["*"], maxRisk: "high", approvers: { people: ["slack:UANN"] } }],
});

let db: TestDatabase;
let cluster: ActorCluster;
let web: ServedPages;
let plan: ActionPlan;
const jobsSent: string[] = [];

beforeAll(async () => {
  db = await withDatabase();
  cluster = await startActorCluster();
  plan = await propose(cluster.actor, planStore(db));
  await fillIncident(db, { id: plan.incidentId });
  const desk = deskOf(db, {
    policy,
    jobs: { send: async (queue) => void jobsSent.push(queue) },
  });
  web = await servePages(db, { signIn: { slackLinks: true, sessionHours: 1 }, decisions: desk });
});
afterAll(async () => {
  await web[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
  await db.close();
});

/** Signs in, presses a button, and reads what the page says afterwards. */
async function press(user: string, act: string, form: Record<string, string>): Promise<string> {
  const link = await makeSignInLink(
    { signer: web.signer, url: web.url, sessions: { keepLink: (kept) => keepLink(db, kept) } },
    user,
  );
  const send = (path: string, body: Record<string, string>, cookie = "") =>
    fetch(web.url + path, {
      method: "POST",
      redirect: "manual",
      headers: { origin: web.url, cookie },
      body: new URLSearchParams(body),
    });
  const cookieOf = (answer: Response) => (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const session = cookieOf(await send("/sign-in", { token: new URL(link).searchParams.get("token") ?? "" }));
  const html = await (await fetch(`${web.url}/incidents`, { headers: { cookie: session } })).text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? "";
  const path = `/incidents/${plan.incidentId}`;
  const answer = await send(`${path}/${act}`, { csrf, plan: plan.id, digest: plan.digest, ...form }, session);
  const page = await fetch(web.url + path, { headers: { cookie: `${session}; ${cookieOf(answer)}` } });
  return /<p class="note" role="status">([^<]*)/.exec(await page.text())?.[1] ?? "";
}

const stateNow = async () => (await getPlan(db, plan.id))?.plan.state;

test("an approval in the page passes the same judges as one in Slack, and is written down the same", async () => {
  expect(await press("UBOB", "approve", {})).toContain("The policy does not let you approve this.");
  expect(await press("UANN", "approve", { digest: "0".repeat(64) })).toContain("The plan has changed");
  await setFreeze(db, { frozen: true, by: { id: "slack:UOPS", name: "Ops" } });
  expect(await press("UANN", "approve", {})).toContain("Changes are frozen.");
  await setFreeze(db, { frozen: false, by: { id: "slack:UOPS", name: "Ops" } });
  expect(await stateNow()).toBe("proposed");

  expect(await press("UANN", "approve", { note: "seen the diff" })).toContain("Approved.");
  expect(await stateNow()).toBe("approved");
  expect(await press("UANN", "approve", {})).toContain("already decided");

  const audit = await listAudit(db, { subject: plan.id });
  expect(audit.map(({ event, actor }) => `${event} ${actor}`)).toEqual([
    "plan.proposed kubemend",
    "plan.voted slack:UANN",
    "plan.approved slack:UANN",
  ]);
  expect(await verifyAudit(db)).toMatchObject({ intact: true });
});

test("a person who may not approve may not reject either; a reason is asked for first", async () => {
  plan = await propose(cluster.actor, planStore(db), { recommendation: raiseLimit("112Mi") });
  expect(await press("UANN", "reject", {})).toContain("say why you reject it");
  expect(await press("UBOB", "reject", { note: "no" })).toContain("Nothing was changed.");
  expect(await stateNow()).toBe("proposed");
  expect(await press("UANN", "reject", { note: "better roll back" })).toContain("Rejected.");
  expect(await stateNow()).toBe("rejected");
});

test("a cause that a person rules out in the page is looked at again without it, and once is enough", async () => {
  expect(await press("UBOB", "not-this-cause", {})).toContain("Looking again without it.");
  expect(await press("UBOB", "not-this-cause", {})).toContain("You have said so already");
  expect(jobsSent).toEqual(["diagnose-incident"]);
  expect(await press("UBOB", "replan", { recommendation: "R99" })).toContain("no longer offered");
});
