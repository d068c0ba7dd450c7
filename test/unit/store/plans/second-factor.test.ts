import { randomBytes } from "node:crypto";
import { URI } from "otpauth";
import { describe, expect, test } from "vitest";
import { approvePlan, autoApprove } from "../../../../src/actions/approve/approve.ts";
import { type Policy, policySchema } from "../../../../src/actions/policy/policy-file.ts";
import { createApprovers } from "../../../../src/app/plans/approvers.ts";
import { newSecret, stepOfCode } from "../../../../src/lib/one-time-code.ts";
import { seal, sealKeyOf, unseal } from "../../../../src/lib/seal.ts";
import { listAudit, verifyAudit } from "../../../../src/store/audit.ts";
import {
  enrolSecondFactor,
  listSecondFactors,
  removeSecondFactor,
  useCode,
} from "../../../../src/store/plans/second-factor.ts";
import { startActorCluster } from "../../../support/actor-cluster.ts";
import { codeAt } from "../../../support/authenticator.ts";
import { planFor } from "../../../support/plan-fixture.ts";
import { boundless, planStore, raiseLimit } from "../../../support/plan-life.ts";
import { type TestDatabase, withDatabase } from "../../../support/postgres.ts";

const key = randomBytes(32);
const personId = "mail:ann@example.com";
const ids = ["slack:U1", personId];
const stepMs = 30_000;

async function enrol(database: TestDatabase): Promise<string> {
  const outcome = await enrolSecondFactor(database, key, { personId, by: "cli:local" });
  if (outcome.type !== "enrolled") throw new Error(outcome.type);
  return URI.parse(outcome.uri).secret.base32;
}

async function databaseNow(database: TestDatabase): Promise<number> {
  const { rows } = await database.pool.query<{ ms: string }>(
    "select (extract(epoch from clock_timestamp()) * 1000)::bigint as ms",
  );
  return Number(rows[0]?.ms);
}

describe("codes", () => {
  test("the test vectors of RFC 6238, cut to six digits, are the codes of their moments", () => {
    const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    const vectors = [
      [59, "287082"],
      [1_111_111_109, "081804"],
      [1_234_567_890, "005924"],
      [2_000_000_000, "279037"],
    ] as const;
    for (const [seconds, code] of vectors) {
      expect(codeAt(secret, seconds * 1_000)).toBe(code);
      expect(stepOfCode(secret, code, seconds * 1_000)).toBe(Math.floor(seconds / 30));
    }
  });

  test("one step to each side counts, two do not, and blanks do not matter", () => {
    const secret = newSecret();
    const now = 1_800_000_000_000;
    const accepted = [-2, -1, 0, 1, 2].map((steps) => stepOfCode(secret, codeAt(secret, now + steps * stepMs), now));
    expect(accepted.map((step) => step !== undefined)).toEqual([false, true, true, true, false]);
    const code = codeAt(secret, now);
    expect(stepOfCode(secret, `${code.slice(0, 3)} ${code.slice(3)}`, now)).toBe(accepted[2]);
  });

  test.each(["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "1e5", "-12345", "null"])("%j is no code", (code) => {
    expect(stepOfCode(newSecret(), code, 0)).toBeUndefined();
  });
});

describe("sealed secrets", () => {
  test("open with their key for their owner and in no other way", () => {
    const sealed = seal("SECRET", personId, key);
    expect(sealed).not.toContain("SECRET");
    expect(unseal(sealed, personId, key)).toBe("SECRET");
    expect(unseal(sealed, "mail:eve@example.com", key)).toBeUndefined();
    expect(unseal(sealed, personId, randomBytes(32))).toBeUndefined();
    const bytes = Buffer.from(sealed, "base64");
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(unseal(changed.toString("base64"), personId, key)).toBeUndefined();
    }
    expect(unseal("", personId, key)).toBeUndefined();
    expect(seal("SECRET", personId, key)).not.toBe(sealed);
  });

  test.each([
    "",
    "short",
    "x".repeat(44),
    randomBytes(31).toString("base64"),
    randomBytes(33).toString("base64"),
  ])("%j is no key", (text) => {
    expect(sealKeyOf(text)).toBeUndefined();
  });
});

describe("a second factor in PostgreSQL", () => {
  test("a code counts once; the same and older ones never again", async () => {
    await using database = await withDatabase();
    const secret = await enrol(database);
    const now = await databaseNow(database);
    const attempt = (code: string) => useCode(database, key, { ids, code, planId: "p1" });
    expect(await attempt(codeAt(secret, now))).toBe("accepted");
    expect(await attempt(codeAt(secret, now))).toBe("code-used");
    expect(await attempt(codeAt(secret, now - stepMs))).not.toBe("accepted");
    expect(await useCode(database, key, { ids: ["slack:U2"], code: codeAt(secret, now), planId: "p1" })).toBe(
      "not-enrolled",
    );
    const { rows } = await database.pool.query("select sealed from second_factor");
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  test("of twenty uses of one code at once, one counts", async () => {
    await using database = await withDatabase();
    const secret = await enrol(database);
    const code = codeAt(secret, await databaseNow(database));
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => useCode(database, key, { ids, code, planId: "p" })),
    );
    expect(outcomes.filter((outcome) => outcome === "accepted")).toHaveLength(1);
  });

  test("after five wrong codes none is judged, not even the right one, until the time is over", async () => {
    await using database = await withDatabase();
    const secret = await enrol(database);
    const right = codeAt(secret, await databaseNow(database));
    const wrong = right === "000000" ? "000001" : "000000";
    for (let i = 0; i < 5; i++) await useCode(database, key, { ids, code: wrong, planId: "p" });
    const audited = (await listAudit(database)).length;
    expect(await useCode(database, key, { ids, code: right, planId: "p" })).toBe("code-locked");
    expect((await listSecondFactors(database))[0]?.lockedUntil).toBeGreaterThan(0);
    for (let i = 0; i < 50; i++) await useCode(database, key, { ids, code: wrong, planId: "p" });
    expect((await listAudit(database)).length, "guesses while locked cost nothing").toBe(audited);
    await database.pool.query("update second_factor set locked_until = clock_timestamp() - interval '1 second'");
    expect(await useCode(database, key, { ids, code: codeAt(secret, await databaseNow(database)), planId: "p" })).toBe(
      "accepted",
    );
  });

  test("with another key nothing is judged, and a replaced authenticator stops counting", async () => {
    await using database = await withDatabase();
    const secret = await enrol(database);
    const code = async () => codeAt(secret, await databaseNow(database));
    expect(await useCode(database, randomBytes(32), { ids, code: await code(), planId: "p" })).toBe(
      "second-factor-unavailable",
    );
    expect(await enrolSecondFactor(database, key, { personId, by: "cli:local" })).toEqual({ type: "already-enrolled" });
    expect(await enrolSecondFactor(database, key, { personId, by: "cli:local", replace: true })).toMatchObject({
      type: "enrolled",
      uri: expect.stringMatching(/^otpauth:\/\/totp\/kubemend:ann/),
    });
    expect(await useCode(database, key, { ids, code: await code(), planId: "p" })).toBe("code-wrong");
    expect(await removeSecondFactor(database, { personId, by: "cli:local" })).toBe(true);
    expect(await removeSecondFactor(database, { personId, by: "cli:local" })).toBe(false);
    expect(await useCode(database, key, { ids, code: await code(), planId: "p" })).toBe("not-enrolled");
    const events = (await listAudit(database)).map(({ event, actor }) => `${event} ${actor}`);
    expect(events).toEqual([
      "second-factor.enrolled cli:local",
      "second-factor.enrolled cli:local",
      `second-factor.refused ${personId}`,
      "second-factor.removed cli:local",
    ]);
    expect(await verifyAudit(database)).toMatchObject({ intact: true });
  });
});

describe("an approval that needs a code", () => {
  const rules = [{ name: "shop", namespaces: ["shop"], secondFactor: "always", approvers: { anyone: true } }];
  const strict: Policy = policySchema.parse({
    version: 1,
    rules,
    autoApply: [{ actions: ["patch-resources"], namespaces: ["shop"], minConfidence: 0, afterSuccesses: 1 }],
  });
  const ann = { id: "slack:U1", name: "Ann", aliases: [personId] };

  async function scene(database: TestDatabase, policy: Policy) {
    await using cluster = await startActorCluster();
    const plans = planStore(database);
    const plan = await planFor(raiseLimit("96Mi"), cluster.actor, {
      standing: plans.standing,
      newId: plans.newId,
      policy,
    });
    await plans.save(plan, { requestedBy: null, cause: "memory-limit-too-low", confidence: 0.9 });
    const approvers = createApprovers({ policy: strict, database, secondFactorKey: key.toString("base64") });
    const approve = async (code?: string, deps: object = approvers) =>
      await approvePlan(
        { planId: plan.id, digest: plan.digest, by: await approvers.approverOf(ann), ...(code ? { code } : {}) },
        { plans, policy: strict, ...deps },
      );
    return { plan, plans, approve };
  }

  test("is refused without one, with a wrong one and without an authenticator, and counts with the right one", async () => {
    await using database = await withDatabase();
    const { plan, approve } = await scene(database, strict);
    expect(plan.secondFactor).toBe(true);
    expect(await approve()).toMatchObject({ reason: "code-needed" });
    expect(await approve("123456")).toMatchObject({ reason: "not-enrolled" });
    const secret = await enrol(database);
    expect(await approve("abc")).toMatchObject({ reason: "code-wrong" });
    const code = codeAt(secret, await databaseNow(database));
    expect(await approve(code, { secondFactor: undefined })).toMatchObject({ reason: "second-factor-unavailable" });
    expect(await approve(code)).toEqual({ type: "approved" });
    const told = (await listAudit(database)).map(({ event }) => event);
    expect(told).toEqual([
      "plan.proposed",
      "second-factor.enrolled",
      "second-factor.refused",
      "second-factor.accepted",
      "plan.voted",
      "plan.approved",
    ]);
  });

  test("a plan that was shown without asking for a code is not approved when the policy has come to ask for one", async () => {
    await using database = await withDatabase();
    const { plan, approve } = await scene(database, boundless);
    expect(plan.secondFactor).toBeUndefined();
    expect(await approve("123456")).toMatchObject({ reason: "plan-changed" });
  });

  test("is never given by the policy itself", async () => {
    await using database = await withDatabase();
    const { plan, plans } = await scene(database, strict);
    expect(await autoApprove(plan.id, { plans, policy: strict })).toMatchObject({ reason: "not-allowed" });
  });

  test.each([
    ["high-risk", "high", true],
    ["high-risk", "medium", false],
    ["never", "high", false],
    ["always", "low", true],
  ] as const)("secondFactor: %s, for %s risk: %s", async (secondFactor, risk, want) => {
    const { needsSecondFactor } = await import("../../../../src/actions/policy/policy.ts");
    const [rule] = policySchema.parse({ version: 1, rules: [{ ...rules[0], secondFactor }] }).rules;
    if (!rule) throw new Error("one rule");
    expect(needsSecondFactor(rule, risk)).toBe(want);
  });
});
