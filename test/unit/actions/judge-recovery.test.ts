import { expect, test } from "vitest";
import { judgeRecovery, type RecoveryFacts } from "../../../src/actions/verify/judge-recovery.ts";
import { type Severity, severities } from "../../../src/incident/severity.ts";

const minute = 60_000;
type Symptom = RecoveryFacts["now"][number];

const symptom = (fingerprint: string, severity: Severity, forMs: number): Symptom => ({
  fingerprint,
  severity,
  summary: fingerprint,
  forMs,
});

const facts = (now: readonly Symptom[], more: Partial<RecoveryFacts> = {}): RecoveryFacts => ({
  before: [symptom("old", "medium", 0)],
  now,
  rollout: { state: "complete" },
  dataFresh: true,
  elapsedMs: 4 * minute,
  verifyWithinMs: 10 * minute,
  clearForMs: minute,
  ...more,
});

test.each(
  severities,
)("new %s trouble beside the old one is harm when users feel it, and watched otherwise", (severity) => {
  const judged = judgeRecovery(facts([symptom("old", "medium", 9 * minute), symptom("new", severity, 2 * minute)]));
  const felt = severity === "critical" || severity === "high";
  expect(judged).toMatchObject(felt ? { type: "verdict", verdict: "worse" } : { type: "waiting" });
});

test("what began with the change may be its birth pain; what stays is not", () => {
  const begun = (forMs: number, elapsedMs: number) =>
    judgeRecovery(facts([symptom("old", "medium", 9 * minute), symptom("new", "high", forMs)], { elapsedMs }));
  expect(begun(59_000, 4 * minute), "seconds old").toMatchObject({ type: "waiting" });
  expect(begun(80_000, 90_000), "as old as the change").toMatchObject({ type: "waiting" });
  expect(begun(160_000, 170_000), "as old as the change, and still there").toMatchObject({ verdict: "worse" });
});

test("gone is recovered once it has stayed away; no fresh data is no recovery", () => {
  expect(judgeRecovery(facts([]))).toMatchObject({ verdict: "recovered" });
  expect(judgeRecovery(facts([], { clearForMs: 19_000 }))).toMatchObject({ type: "waiting" });
  expect(judgeRecovery(facts([], { dataFresh: false }))).toMatchObject({ type: "waiting" });
  expect(judgeRecovery(facts([], { dataFresh: false, elapsedMs: 10 * minute }))).toMatchObject({ verdict: "unknown" });
});

test("at the end of its time what is still there, or has come instead, has not been helped", () => {
  const late = { elapsedMs: 10 * minute };
  expect(judgeRecovery(facts([symptom("old", "medium", 20 * minute)], late))).toMatchObject({
    verdict: "not-recovered",
    remaining: ["old"],
  });
  expect(judgeRecovery(facts([symptom("new", "medium", 2 * minute)], late))).toMatchObject({
    verdict: "not-recovered",
    fresh: ["new"],
  });
  expect(judgeRecovery(facts([], { ...late, rollout: { state: "progressing", reason: "1 of 3" } }))).toMatchObject({
    verdict: "not-recovered",
    reason: expect.stringContaining("1 of 3"),
  });
});

test("trouble that came a moment before the end of its time is watched until it can be told from a birth pain", () => {
  const at = (forMs: number, pastMs: number, severity: Severity = "medium", more: Partial<RecoveryFacts> = {}) =>
    judgeRecovery(facts([symptom("new", severity, forMs)], { elapsedMs: 10 * minute + pastMs, ...more }));
  expect(at(20_000, 0), "not yet told").toMatchObject({ type: "waiting", reason: expect.stringContaining("new") });
  expect(at(60_000, 40_000), "it has stayed").toMatchObject({ verdict: "not-recovered", fresh: ["new"] });
  expect(at(60_000, 40_000, "high"), "it has stayed, and is worse than the old").toMatchObject({ verdict: "worse" });
  expect(at(5_000, 60_000), "it comes again and again").toMatchObject({ verdict: "not-recovered", fresh: ["new"] });
  expect(judgeRecovery(facts([], { elapsedMs: 10 * minute + 40_000 })), "it has passed").toMatchObject({
    verdict: "recovered",
  });
  const rollout = { state: "progressing", reason: "1 of 3" } as const;
  expect(at(5_000, 0, "medium", { rollout }), "what is wrong in any case is said at once").toMatchObject({
    verdict: "not-recovered",
    reason: expect.stringContaining("1 of 3"),
  });
});
