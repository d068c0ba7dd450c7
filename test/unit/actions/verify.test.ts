import { describe, expect, test } from "vitest";
import { type Observed, type VerifyDeps, verifyPlan } from "../../../src/actions/verify/verify.ts";
import type { Anomaly } from "../../../src/incident/anomaly.ts";
import type { ActionPlan } from "../../../src/incident/fix/action-plan.ts";
import type { Verification } from "../../../src/incident/fix/execution.ts";
import type { StoredPlan } from "../../../src/incident/fix/stored-plan.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { planView } from "../../support/incident-view.ts";

const minute = 60_000;
const appliedAt = 100 * minute;
const carts = makeRef("Deployment", "shop", "carts");

function anomaly(fingerprint: string, startsAt: number, endsAt?: number, more: Partial<Anomaly> = {}): Anomaly {
  return {
    fingerprint,
    detector: "test",
    family: "state",
    reason: fingerprint,
    target: carts,
    score: 1,
    severity: "high",
    summary: `${fingerprint} on carts`,
    startsAt,
    detectedAt: startsAt,
    ...(endsAt === undefined ? {} : { endsAt }),
    ...more,
  };
}
const gone = (fingerprint: string, more: Partial<Anomaly> = {}) =>
  anomaly(fingerprint, appliedAt - 5 * minute, appliedAt + 10_000, more);

/** What comes of judging an applied plan; the plan itself, what is written down and what is taken back. */
async function judged(seen: Partial<Observed>, plan: Partial<ActionPlan> = {}, more: Partial<StoredPlan> = {}) {
  const stored: StoredPlan = {
    ...planView,
    plan: { ...planView.plan, verifyWithinMs: 5 * minute, state: "applied", ...plan },
    appliedAt,
    ...more,
  };
  const said: Verification[] = [];
  const undone: string[] = [];
  const deps: VerifyDeps = {
    plans: {
      get: async () => stored,
      saveVerification: async (verification) => {
        said.push(verification);
        return true;
      },
    },
    look: async () => undefined,
    undo: async (planId) => {
      undone.push(planId);
      return { type: "undone", planId };
    },
  };
  const outcome = await verifyPlan(
    stored.plan.id,
    {
      anomalies: [],
      onAffected: [],
      blindTo: new Set(),
      appliedAt,
      now: appliedAt + minute,
      ...seen,
    },
    deps,
  );
  return { outcome, said, undone };
}
const reasonOf = async (...given: Parameters<typeof judged>) => (await judged(...given)).said[0]?.reason ?? "";

describe("a verdict says what it could not see", () => {
  test.each([
    { name: "nothing is missing", blindTo: [], want: /^All symptoms are gone 1 min after the change\.$/ },
    { name: "metrics", blindTo: ["metric"], want: / Judged without metrics, which do not arrive\.$/ },
    {
      name: "several",
      blindTo: ["metric", "log", "event", "health"],
      want: / Judged without metrics and logs and events and health answers, which do not arrive\.$/,
    },
  ] as const)("$name", async ({ blindTo, want }) => {
    expect(await reasonOf({ anomalies: [gone("oom")], blindTo: new Set(blindTo) })).toMatch(want);
  });

  test("and nothing more, when it says that it does not know", async () => {
    const anomalies = [gone("slow", { family: "metric" })];
    const blindTo = new Set(["metric"] as const);
    const reason = await reasonOf({ anomalies, blindTo, now: appliedAt + 6 * minute });
    expect(reason).toContain("kubemend cannot tell");
    expect(reason).not.toContain("Judged without");
  });
});

describe("a change is judged by what was there when it was made", () => {
  const over = anomaly("slow", appliedAt - 20 * minute, appliedAt - 10 * minute, { family: "metric" });
  test("and not by what was over then, whether or not that can be seen", async () => {
    const { said } = await judged({ anomalies: [gone("oom"), over], blindTo: new Set(["metric"]) });
    expect(said[0]).toMatchObject({ verdict: "recovered", reason: expect.stringContaining("Judged without metrics") });
  });
  test("and by all there was, when everything happened to pause just then", async () => {
    const seen = { anomalies: [over], blindTo: new Set(["metric"] as const), now: appliedAt + 6 * minute };
    expect((await judged(seen)).said[0]?.verdict).toBe("unknown");
  });
  test("what was over then and comes back is new", async () => {
    const again = { ...over, startsAt: appliedAt + 30_000 };
    const { endsAt: _open, ...active } = again;
    const { outcome } = await judged({ anomalies: [gone("oom"), over, active] });
    expect(outcome).toEqual({ type: "waiting", reason: "New, perhaps passing: slow on carts." });
  });
});

describe("what is still there is said in a few words", () => {
  const still = (count: number) =>
    Array.from({ length: count }, (_, i) => anomaly(`s${i + 1}`, appliedAt - 5 * minute));
  test.each([
    { count: 1, want: "Still there 6 min after the change: s1 on carts." },
    { count: 3, want: "Still there 6 min after the change: s1 on carts; s2 on carts; s3 on carts." },
    { count: 5, want: "Still there 6 min after the change: s1 on carts; s2 on carts; s3 on carts; and 2 more." },
  ])("$count symptoms", async ({ count, want }) => {
    expect(await reasonOf({ anomalies: still(count), now: appliedAt + 6 * minute })).toBe(want);
  });
});

describe("new trouble is harm by how long it has been there", () => {
  const before = anomaly("oom", appliedAt - 5 * minute);
  test.each([
    { name: "seconds: it may pass", startsAt: appliedAt + 2 * minute - 30_000, want: "waiting" },
    { name: "a minute: it is harm, and taken back", startsAt: appliedAt + minute, want: "worse" },
  ])("$name", async ({ startsAt, want }) => {
    const fresh = anomaly("outage", startsAt, undefined, { severity: "critical" });
    const { outcome, said, undone } = await judged({
      anomalies: [before],
      onAffected: [fresh],
      now: appliedAt + 2 * minute,
    });
    expect(outcome.type === "waiting" ? outcome.type : said[0]?.verdict).toBe(want);
    expect(undone).toEqual(want === "worse" ? [planView.plan.id] : []);
  });

  test("what has no way back is called worse, and nothing is undone", async () => {
    const fresh = anomaly("outage", appliedAt + minute, undefined, { severity: "critical" });
    const seen = { anomalies: [before], onAffected: [fresh], now: appliedAt + 2 * minute };
    const { said, undone } = await judged(seen, { undo: [] });
    expect([said[0]?.verdict, undone]).toEqual(["worse", []]);
  });
});

describe("an object that is gone with its symptoms", () => {
  const patch = (target = carts) => ({ type: "patch" as const, target, patchType: "json" as const, body: [] });
  const pod = makeRef("Pod", "shop", "carts-1");
  test.each<{ name: string; plan: Partial<ActionPlan>; want: string }>([
    { name: "says nothing of a change of it", plan: { steps: [patch()] }, want: "unknown" },
    {
      name: "is what was wanted of letting it go",
      plan: { action: "remove-finalizer", steps: [patch()] },
      want: "recovered",
    },
    {
      name: "is what was wanted of deleting it",
      plan: { action: "delete-pod", target: pod, steps: [{ type: "delete", target: pod, propagation: "Background" }] },
      want: "recovered",
    },
    {
      name: "may well be a node that was emptied",
      plan: {
        action: "drain",
        target: makeRef("Node", undefined, "n"),
        steps: [patch(makeRef("Node", undefined, "n"))],
      },
      want: "recovered",
    },
  ])("$name", async ({ plan, want }) => {
    const { said } = await judged({ anomalies: [gone("oom")], targetLost: true }, plan);
    expect(said[0]?.verdict).toBe(want);
  });
});

describe("a verdict is given once", () => {
  const verdict = (word: Verification["verdict"]): Verification => ({
    planId: planView.plan.id,
    verdict: word,
    reason: "",
    at: 0,
    remaining: [],
    fresh: [],
  });
  const seen = { anomalies: [gone("oom")] };
  test.each([
    { name: "what is not in place is not judged", plan: { state: "undone" as const }, stored: {}, want: "not-due" },
    { name: "nor what was judged", plan: {}, stored: { verification: verdict("not-recovered") }, want: "not-due" },
    { name: "but what nobody could tell is", plan: {}, stored: { verification: verdict("unknown") }, want: "verified" },
  ])("$name", async ({ plan, stored, want }) => {
    expect((await judged(seen, plan, stored)).outcome.type).toBe(want);
  });
});

test("what was measured is kept with the verdict, and asked for only then", async () => {
  const measures = [{ name: "errors", unit: "", before: 0.4, after: 0 }];
  let asked = 0;
  const measure = () => {
    asked++;
    return measures;
  };
  expect((await judged({ anomalies: [anomaly("oom", 0)], measure })).said).toEqual([]);
  expect(asked).toBe(0);
  expect((await judged({ anomalies: [gone("oom")], measure })).said).toMatchObject([{ measures }]);
});
