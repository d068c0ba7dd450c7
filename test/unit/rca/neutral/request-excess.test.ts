import { describe, expect, test } from "vitest";
import { requestExcess } from "../../../../src/rca/neutral/request-excess.ts";
import { metricsOf, smallCase, steady, zero } from "./small-case.ts";

const edges = [
  ["web", "cart"],
  ["web", "pay"],
  ["cart", "db"],
] as const;
const points = (before: number, now: number) => [...steady(-180, 0, before), ...steady(0, 241, now)];

function excess(
  now: Readonly<Record<string, { latency?: number; availability?: number; requests?: number }>>,
  dimension: "latency" | "failures",
) {
  const usual = { latency_Average: 0.1, availability_Average: 100, requests_Sum: 100 };
  const metrics = metricsOf(
    Object.fromEntries(
      ["web", "cart", "pay", "db", "batch"].map((entity) => [
        entity,
        {
          latency_Average: points(usual.latency_Average, now[entity]?.latency ?? usual.latency_Average),
          availability_Average: points(
            usual.availability_Average,
            now[entity]?.availability ?? usual.availability_Average,
          ),
          requests_Sum: points(
            now[entity]?.requests ?? usual.requests_Sum,
            now[entity]?.requests ?? usual.requests_Sum,
          ),
        },
      ]),
    ),
  );
  const found = requestExcess(
    smallCase({
      metrics,
      edges,
      alert: { time: zero + 60, entity: "web" },
      window: { from: zero - 180, to: zero + 240 },
    }),
    dimension,
  );
  return [...found].sort((a, b) => b[1].unexplained - a[1].unexplained);
}

describe("unexplained excess", () => {
  test("time lost by a callee is taken from its callers", () => {
    const ranked = excess({ web: { latency: 0.6 }, cart: { latency: 0.6 }, db: { latency: 0.55 } }, "latency");
    expect(ranked[0]?.[0]).toBe("db");
    expect(ranked[0]?.[1].text).toMatch(
      /45\.0 s more waited per interval than usual \(latency_Average up to 550 ms, usually at most 100 ms\)/,
    );
  });

  test("failures count as requests, not as a share: two of two are less than fifty of a thousand", () => {
    const ranked = excess(
      { web: { availability: 90 }, pay: { availability: 0, requests: 2 }, cart: { availability: 95, requests: 1_000 } },
      "failures",
    );
    expect(ranked[0]?.[0]).toBe("cart");
  });

  test("an entity that the alerting one cannot reach is not to blame", () => {
    expect(excess({ web: { latency: 0.2 }, batch: { latency: 90 } }, "latency").map(([entity]) => entity)).toEqual([
      "web",
    ]);
  });

  test("without a call graph the same seconds weigh more where they are the larger share of the time", () => {
    const metrics = metricsOf({
      web: { latency_Average: points(0.4, 0.5), requests_Sum: points(100, 100) },
      cart: { latency_Average: points(0.01, 0.1), requests_Sum: points(100, 100) },
    });
    const input = smallCase({
      metrics,
      alert: { time: zero + 60, entity: "web" },
      window: { from: zero - 180, to: zero + 240 },
    });
    const ranked = [...requestExcess(input, "latency")].sort((a, b) => b[1].unexplained - a[1].unexplained);
    expect(ranked[0]?.[0]).toBe("cart");
  });

  test.each([
    {
      name: "milliseconds and requests per second are told as seconds per interval",
      metrics: { duration_ms: points(100, 350), requests_per_sec: points(2, 2) },
      dimension: "latency" as const,
      text: "at most 30.0 s more waited per interval than usual (duration_ms up to 350 ms, usually at most 100 ms)",
    },
    {
      name: "a share of failures needs no availability",
      metrics: { http_5xx_ratio: points(0, 0.25), requests: points(100, 100) },
      dimension: "failures" as const,
      text: "25.0 more requests failed per interval than usual (up to 25.0 % by http_5xx_ratio, usually at most 0.0 %)",
    },
  ])("$name", ({ metrics, dimension, text }) => {
    const input = smallCase({
      metrics: metricsOf({ cart: metrics }),
      window: { from: zero - 180, to: zero + 240 },
    });
    expect(requestExcess(input, dimension).get("cart")?.text).toBe(text);
  });

  test("a callee that nobody called before and that only fails is a change of its caller", () => {
    const past = { requests_Sum: steady(-90_000, -86_400, 100), availability_Average: steady(-90_000, -86_400, 100) };
    const failing = { requests_Sum: points(100, 100), availability_Average: points(100, 60) };
    const input = smallCase({
      metrics: metricsOf({
        web: failing,
        cart: failing,
        db: { requests_Sum: points(0, 40), availability_Average: steady(0, 241, 0) },
      }),
      edges,
      alert: { time: zero + 60, entity: "web" },
      window: { from: zero - 180, to: zero + 240 },
      baselineMetrics: metricsOf({ web: past, cart: past }),
    });
    const ranked = [...requestExcess(input, "failures")].sort((a, b) => b[1].unexplained - a[1].unexplained);
    expect(ranked[0]?.[0]).toBe("cart");
    expect(ranked.find(([entity]) => entity === "db")?.[1].text).toContain("nobody called it before");
  });

  test("an alert about an entity that the call graph does not know leaves everybody a suspect", () => {
    const metrics = metricsOf({
      cart: { latency_Average: points(0.1, 0.9), requests_Sum: points(100, 100) },
    });
    const input = smallCase({
      metrics,
      edges,
      alert: { time: zero + 60, entity: "the shop" },
      window: { from: zero - 180, to: zero + 240 },
    });
    expect([...requestExcess(input, "latency").keys()]).toEqual(["cart"]);
  });

  test("what was as slow just before is not an excess", () => {
    const metrics = metricsOf({
      web: { latency_Average: points(0.1, 0.4), requests_Sum: points(100, 100) },
      cart: { latency_Average: points(9, 9), requests_Sum: points(100, 100) },
    });
    const input = smallCase({
      metrics,
      edges,
      alert: { time: zero + 60, entity: "web" },
      window: { from: zero - 180, to: zero + 240 },
      baselineMetrics: metricsOf({ cart: { latency_Average: steady(-90_000, -86_400, 0.1) } }),
    });
    expect([...requestExcess(input, "latency").keys()]).toEqual(["web"]);
  });
});
