import { describe, expect, test } from "vitest";
import { clusterOf, type LogMark, wordsOf } from "../../../src/cluster/log-cluster.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";

const minute = 60_000;
const window = { beforeMs: 10 * minute, windowMs: 2 * minute };
const mark = (app: string, level: LogMark["level"], text: string, rest: Partial<LogMark> = {}): LogMark => ({
  workload: makeRef("Deployment", "shop", app),
  pod: `${app}-1`,
  level,
  text,
  firstAt: 5_000,
  lastAt: 60_000,
  count: 20,
  countBefore: 0,
  ...rest,
});
const refused = mark("orders", "error", "call to carts failed: connect ECONNREFUSED 10.0.0.1:80", { firstAt: 3_000 });
const gateway = mark("frontend", "error", "upstream orders: HTTP 502", { firstAt: 4_000, count: 60 });
const eviction = mark("carts", "other", "evicting the whole cache, budget exceeded", { firstAt: 1_000, count: 1 });

test("the first event is near the cause, the worst is what hurts, and both belong to one cluster", () => {
  const died = mark("carts", "fatal", "out of memory", { firstAt: 9_000, count: 1 });
  const cluster = clusterOf([gateway, refused, eviction, died], window);
  expect(cluster?.first).toBe(eviction);
  expect(cluster?.worst).toBe(died);
  expect([cluster?.kinds, cluster?.workloads]).toEqual([4, 3]);
});

test("among equals the worst is the one that is written most", () => {
  expect(clusterOf([refused, gateway], window)?.worst).toBe(gateway);
});

describe("what is no news stays out", () => {
  test.each<[string, LogMark]>([
    ["errors as frequent as before", mark("mail", "error", "no mail server", { count: 4, countBefore: 20 })],
    ["a warning that comes now and then", mark("mail", "warn", "deprecated header", { count: 1, countBefore: 1 })],
    ["a warning that came once", mark("mail", "warn", "slow query", { count: 1 })],
    ["ordinary lines that were there before", mark("mail", "other", "mail sent", { count: 90, countBefore: 3 })],
    ["ordinary lines long before anything severe", mark("mail", "other", "new thing", { firstAt: -10 * minute })],
  ])("%s", (_title, extra) => {
    const cluster = clusterOf([refused, extra], window);
    expect(cluster?.marks).toEqual([refused]);
  });

  test("rare lines without a severe one are no cluster", () => {
    expect(clusterOf([eviction], window)).toBeUndefined();
    expect(clusterOf([], window)).toBeUndefined();
  });
});

test("an error that comes ten times as often as before is news", () => {
  const more = mark("mail", "error", "no mail server", { count: 40, countBefore: 20 });
  expect(clusterOf([more], window)?.worst).toBe(more);
});

describe("hallmark words", () => {
  test("codes and names that the lines share come first; what is written anyway is none", () => {
    const other = mark("frontend", "error", "call to carts failed: ECONNREFUSED", { count: 9 });
    const background = ["call to orders took 12 ms", "connect to carts", "upstream is healthy"];
    expect(clusterOf([refused, gateway, other], { ...window, background })?.hallmarks.slice(0, 2)).toEqual([
      "ECONNREFUSED",
      "HTTP",
    ]);
  });

  test("ids, numbers, levels and what was redacted are no words", () => {
    const text =
      "ERROR [7f3ea0db] <redacted-token-1> in 12ms: deadbeefcafe a1b2c3 table_orders is TAX_REGION-less at pod-7c9d2f";
    expect([...wordsOf(text)]).toEqual(["table_orders", "TAX_REGION-less"]);
  });

  test("a line of ten thousand words costs no more than its beginning", () => {
    expect(wordsOf("word".repeat(3) + " abcde fghij".repeat(10_000)).size).toBeLessThan(10);
  });
});

test("no more marks are kept than asked for, and first and worst are among them", () => {
  const many = Array.from({ length: 200 }, (_, i) => mark(`app-${i}`, "error", `kind ${i}`, { firstAt: 100 + i }));
  const first = mark("zero", "warn", "the beginning", { firstAt: 0, count: 5 });
  const cluster = clusterOf([...many, first], { ...window, maxMarks: 5 });
  expect(cluster?.marks.length).toBe(5);
  expect(cluster?.marks).toContain(first);
  expect(cluster?.kinds).toBe(201);
});
