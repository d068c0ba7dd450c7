import { afterAll, describe, expect, test } from "vitest";
import { policySchema } from "../../src/actions/policy/policy-file.ts";
import { createApprovers } from "../../src/app/plans/approvers.ts";
import { planJob } from "../../src/app/plans/plan-job.ts";
import { queues } from "../../src/app/queues.ts";
import type { Desk } from "../../src/bot/desk.ts";
import type { Person } from "../../src/incident/approval.ts";
import type { ActionPlan } from "../../src/incident/fix/action-plan.ts";
import { saveDiagnosis } from "../../src/store/incidents/diagnoses.ts";
import { getFreeze, setFreeze } from "../../src/store/plans/freeze.ts";
import { getPlan, plansOf } from "../../src/store/plans/plans.ts";
import { executeNext } from "../support/carry-out.ts";
import { startDeskAndActor } from "../support/desk-and-actor.ts";
import { deskOf } from "../support/desk-of.ts";
import { incidentView } from "../support/incident-view.ts";
import { approve, boundless, executor, impatient, raiseLimit } from "../support/plan-life.ts";
import { promiseFigure } from "../support/promise-figure.ts";

const policy = policySchema.parse({
  version: 1,
  rules: [
    {
      name: "the shop's people",
      namespaces: ["shop"],
      maxRisk: "high",
      approvals: 2,
      approvers: { people: ["slack:UNAMED", "slack:UAUTHOR"], groups: ["slack:SONCALL"] },
    },
  ],
});

/** Longer than memberships are kept. */
const laterMs = 4 * 60_000;

interface Someone {
  readonly who: string;
  readonly id: string;
  /** What he may do. */
  readonly may: readonly string[];
}

const everything = ["approve", "reject", "undo", "unfreeze"];
const people: readonly Someone[] = [
  { who: "whom the policy names", id: "slack:UNAMED", may: everything },
  { who: "who is in a group that the policy names", id: "slack:UMEMBER", may: everything },
  { who: "who has left the group since the review was opened", id: "slack:ULEFT", may: [] },
  { who: "who is in no such group", id: "slack:UOTHER", may: [] },
  { who: "who has set a value in the plan", id: "slack:UAUTHOR", may: ["reject", "undo", "unfreeze"] },
  { who: "whose name contains that of another", id: "slack:UNAMED2", may: [] },
  { who: "who has the name in another channel", id: "mail:UNAMED", may: [] },
];

type Deed = (desk: Desk, plan: ActionPlan, by: Person) => Promise<boolean>;

const deeds: Readonly<Record<string, Deed>> = {
  approve: async (desk, plan, by) => (await desk.approve(plan.id, plan.digest, by)).type !== "refused",
  reject: async (desk, plan, by) => (await desk.reject(plan.id, by, "no")).ok,
  undo: async (desk, plan, by) => (await desk.undo(plan.id, by)).ok,
  unfreeze: async (desk, _plan, by) => (await desk.freeze(false, by)).ok,
};

/** A plan in which somebody has set a value, in a shop whose approvers change. */
async function scene() {
  const s = await startDeskAndActor(policy);
  if (!incidentView.diagnosis) throw new Error("the fixture has a diagnosis");
  const recommendations = [{ ...raiseLimit("96Mi"), id: "R1" }];
  await saveDiagnosis(s.database, { diagnosis: { ...incidentView.diagnosis, version: 1 }, recommendations }, []);
  await planJob(s.deps)({ incidentId: "7" });
  await s.desk.replanWith("7", "R1", { "limits/memory": "128Mi" }, { id: "slack:UAUTHOR", name: "Author" });
  let now = 0;
  let members = ["UMEMBER", "ULEFT"];
  const approvers = createApprovers({
    policy,
    database: s.database,
    slack: { groupMembers: async () => ({ ok: true, value: members }) },
    now: () => now,
  });
  const sent: string[] = [];
  const desk = deskOf(s.database, {
    plans: s.plans,
    policy,
    approvers,
    jobs: { send: async (queue: string) => void sent.push(queue) },
    clock: impatient,
  });
  // Everybody is looked at once, as when a review is opened; then one of them leaves the group.
  for (const { id } of people) await approvers.approverOf({ id, name: id });
  members = ["UMEMBER"];
  now += laterMs;
  const plan = (await plansOf(s.database, "7")).find((one) => one.plan.state === "proposed")?.plan;
  if (!plan) throw new Error("a plan stands");
  return { ...s, desk, plan, sent };
}

let cases = 0;
afterAll(() =>
  promiseFigure(
    "A7",
    `${cases} cases: ${people.length} kinds of people, ${Object.keys(deeds).length} deeds`,
    "each as the policy says",
  ),
);

describe.each(people)("somebody $who (A7)", ({ id, may }) => {
  test.each(Object.entries(deeds))(`%s`, async (name, deed) => {
    await using s = await scene();
    if (name === "undo") {
      for (const by of ["first", "second"])
        await approve(s.plans, s.plan, by, {
          ...boundless,
          rules: policy.rules.map((rule) => ({ ...rule, approvers: { anyone: true, people: [], groups: [] } })),
        });
      await executeNext(executor(s.cluster.actor, s.plans));
    }
    if (name === "unfreeze") await setFreeze(s.database, { frozen: true, by: { id: "slack:U0", name: "U0" } });
    expect(await deed(s.desk, s.plan, { id, name: "Somebody" })).toBe(may.includes(name));
    // What he was told is what happened.
    const stored = await getPlan(s.database, s.plan.id);
    if (name === "approve") expect(stored?.approvals).toHaveLength(may.includes(name) ? 1 : 0);
    if (name === "reject") expect(stored?.plan.state).toBe(may.includes(name) ? "rejected" : "proposed");
    if (name === "undo") expect(s.sent).toEqual(may.includes(name) ? [queues.undo] : []);
    if (name === "unfreeze") expect((await getFreeze(s.database)).frozen).toBe(!may.includes(name));
    cases++;
  });
});
