import { describe, expect, test } from "vitest";
import { pastCase } from "../../../../src/rca/neutral/history.ts";
import { rankCase } from "../../../../src/rca/neutral/rank-case.ts";
import { type Call, metricsOf, repeated, smallCase, steady, telemetryOf, zero } from "./small-case.ts";

const order = (paySteps: readonly string[], cartLines: readonly string[]): Call => ({
  entity: "web",
  steps: ["parse"],
  calls: [{ entity: "cart", lines: cartLines, calls: [{ entity: "pay", steps: paySteps, calls: [{ entity: "db" }] }] }],
});
const healthy = order(["check", "charge"], ["INFO cart read"]);
const baselineTelemetry = telemetryOf(repeated(0, 30, healthy));
const first = (result: ReturnType<typeof rankCase>) => result.ranking[0]?.entity;

describe("a neutral case with spans and logs", () => {
  test("the deepest entity that stopped doing what it always does is first; its callers are explained by it", () => {
    const broken = order(["check"], ["ERROR pay answered 500"]);
    const result = rankCase(smallCase({ baselineTelemetry, telemetry: telemetryOf(repeated(0, 30, broken)) }), []);
    expect(first(result)).toBe("pay");
    expect(result.ranking[0]?.evidence[0]).toMatch(/"charge".* 0 % of 30 requests, usually at least 100 %/);
    expect(result.ranking.find(({ entity }) => entity === "cart")?.score).toBe(0);
  });

  test("an error in a caller whose callees are as ever is the caller's own", () => {
    const broken = order(["check", "charge"], ["ERROR cart cannot sum"]);
    const result = rankCase(smallCase({ baselineTelemetry, telemetry: telemetryOf(repeated(0, 30, broken)) }), []);
    expect(first(result)).toBe("cart");
  });

  test("waiting between the client's clock and the server's sits at the node all of whose edges grew", () => {
    const slow = (waitMs: number): Call => ({
      entity: "web",
      calls: [{ entity: "db" }, { entity: "cart", waitMs, calls: [{ entity: "pay", waitMs }] }],
    });
    const result = rankCase(
      smallCase({
        baselineTelemetry: telemetryOf(repeated(0, 30, slow(11))),
        telemetry: telemetryOf(repeated(0, 30, slow(500))),
      }),
      [],
    );
    expect(first(result)).toBe("cart");
    expect(result.ranking[0]?.evidence[0]).toContain("490.0 ms outside the callee");
  });

  test("a normal time in which these requests failed, and now do not, tells nothing about them", () => {
    const failing = order(["check", "handle error"], ["ERROR cart gave up"]);
    const baseline = telemetryOf(repeated(0, 30, failing));
    const result = rankCase(
      smallCase({ baselineTelemetry: baseline, telemetry: telemetryOf(repeated(0, 30, healthy)) }),
      [],
    );
    expect(result.ranking.find(({ entity }) => entity === "cart")?.score).toBe(0);
  });

  test("a step that requests newly take says less than one that they no longer take", () => {
    const changed: Call = {
      entity: "web",
      calls: [
        { entity: "cart", steps: ["read", "offer a discount"] },
        { entity: "pay", steps: [] },
      ],
    };
    const before: Call = {
      entity: "web",
      calls: [
        { entity: "cart", steps: ["read"] },
        { entity: "pay", steps: ["charge"] },
      ],
    };
    const result = rankCase(
      smallCase({
        baselineTelemetry: telemetryOf(repeated(0, 30, before)),
        telemetry: telemetryOf(repeated(0, 30, changed)),
      }),
      [],
    );
    expect(first(result)).toBe("pay");
  });

  test("with no normal time at all a slow edge is told by the other edges of the case", () => {
    const call: Call = {
      entity: "web",
      calls: [
        { entity: "cart", waitMs: 260 },
        { entity: "pay" },
        { entity: "db" },
        { entity: "mail" },
        { entity: "ads", calls: [{ entity: "cart", waitMs: 270 }] },
      ],
    };
    const result = rankCase(smallCase({ telemetry: telemetryOf(repeated(0, 30, call)) }), []);
    expect(first(result)).toBe("cart");
    expect(result.ranking[0]?.evidence[0]).toContain("where nothing is wrong 1.0 ms");
  });

  test("the moments before speak for an entity whose only known incidents were its own", () => {
    const broken = order(["check"], ["INFO cart read"]);
    const own = pastCase(smallCase({ id: "old", telemetry: telemetryOf(repeated(0, 30, broken)) }), "pay");
    const telemetry = telemetryOf([...repeated(-60, 30, healthy), ...repeated(0, 30, broken)]);
    expect(first(rankCase(smallCase({ telemetry }), [own]))).toBe("pay");
  });

  test("two requests are too few to speak of a habit", () => {
    const broken = order(["check"], ["ERROR pay answered 500"]);
    const result = rankCase(smallCase({ baselineTelemetry, telemetry: telemetryOf(repeated(0, 2, broken)) }), []);
    expect(result.ranking.map(({ score }) => score)).toEqual([0, 0, 0, 0]);
  });
});

describe("history", () => {
  const odd = order(["check", "charge"], ["ERROR cart cannot sum"]);
  const seen = (id: string, entity: string) =>
    pastCase(smallCase({ id, telemetry: telemetryOf(repeated(0, 30, odd)) }), entity);
  const now = smallCase({ baselineTelemetry, telemetry: telemetryOf(repeated(0, 30, odd)) });
  const cartScore = (past: Parameters<typeof rankCase>[1]) =>
    rankCase(now, past).ranking.find(({ entity }) => entity === "cart")?.score ?? Number.NaN;

  test.each([
    {
      name: "what two earlier incidents with other causes showed is usual",
      past: [seen("a", "db"), seen("b", "db")],
      usual: true,
    },
    {
      name: "what happened when the entity itself was the cause is not usual",
      past: [seen("a", "cart"), seen("b", "cart")],
      usual: false,
    },
    { name: "a case never serves as its own history", past: [seen("small", "db")], usual: false },
  ])("$name", ({ past, usual }) => {
    if (usual) expect(cartScore(past)).toBe(0);
    else expect(cartScore(past)).toBeGreaterThan(0.5);
  });
});

describe("a neutral case with metrics only", () => {
  test("CPU far beyond the past for two samples names the entity; one sample does not", () => {
    const cpu = (...now: readonly number[]) =>
      metricsOf({
        cart: { cpu_percent: [...steady(-3_600, 0, 5), ...now.map((value, i): [number, number] => [60 * i, value])] },
        pay: { cpu_percent: [...steady(-3_600, 0, 50), [0, 52], [60, 53]] },
      });
    expect(first(rankCase(smallCase({ metrics: cpu(90, 95, 5) }), []))).toBe("cart");
    const once = rankCase(smallCase({ metrics: cpu(5, 95, 5) }), []);
    expect(once.ranking.find(({ entity }) => entity === "cart")?.score).toBe(0);
  });

  test("an incident of the entity itself an hour ago does not make high CPU usual", () => {
    const metrics = metricsOf({
      cart: { cpu_percent: [...steady(-3_600, -1_800, 95), ...steady(-1_800, 0, 5), [0, 90], [60, 92]] },
    });
    const past = pastCase(
      smallCase({ id: "old", window: { from: zero - 3_600, to: zero - 1_860 }, metrics: new Map() }),
      "cart",
    );
    expect(rankCase(smallCase({ metrics }), []).ranking.every(({ score }) => score === 0)).toBe(true);
    expect(rankCase(smallCase({ metrics }), [past]).ranking[0]).toMatchObject({ entity: "cart" });
  });

  test("callees that get no more calls point at the caller that still gets its own", () => {
    const metrics = metricsOf({
      web: { requests: steady(-3_600, 240, 40) },
      cart: { requests: steady(-3_600, 240, 20) },
      pay: { requests: [...steady(-3_600, 0, 10), ...steady(0, 240, 0)] },
      db: { requests: [...steady(-3_600, 0, 10), ...steady(0, 240, 0)] },
    });
    const sampledEdges = [
      ["web", "cart"],
      ["cart", "pay"],
      ["cart", "db"],
    ] as const;
    const [best] = rankCase(smallCase({ metrics, sampledEdges }), []).ranking;
    expect(best?.entity).toBe("cart");
    expect(best?.evidence.join()).toContain("gets 0 calls");
  });
});
