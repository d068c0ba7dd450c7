import { describe, expect, it, test } from "vitest";
import { createEvidenceBook } from "../../../src/rca/gather/evidence-book.ts";
import { grepTest, logLinesText } from "../../../src/rca/investigate/log-lines-text.ts";
import { observationTools } from "../../../src/rca/investigate/observation-tools.ts";
import { plainSelector } from "../../../src/rca/investigate/plain-selector.ts";
import { createToolBox } from "../../../src/rca/investigate/tool-box.ts";
import type { InvestigationTools } from "../../../src/rca/investigate/tools.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import { brokenShop } from "./broken-shop.ts";
import { quietShop } from "./shop.ts";

const orders = { kind: "Deployment", namespace: "sock-shop", name: "orders" };
const json = (value: object) => JSON.stringify(value);

async function shopBox(options: { maxCalls?: number; tools?: Partial<InvestigationTools>; signal?: AbortSignal } = {}) {
  const { shop, input } = await brokenShop();
  const book = createEvidenceBook({ redact: input.redact });
  const box = createToolBox({
    tools: { ...observationTools(shop.observation), ...options.tools },
    book,
    context: { now: shop.now, onset: shop.onset, signal: options.signal ?? new AbortController().signal },
    maxCalls: options.maxCalls ?? 20,
    letter: "L",
  });
  return { shop, box, book };
}

describe("what can be looked up in what was observed", () => {
  test("an object, without what servers add and without values whose names say that they are secret", async () => {
    const { shop, box } = await shopBox();
    shop.change("Deployment", "orders", (draft) => {
      draft.spec.template.spec.containers[0].env.push(
        { name: "DB_PASSWORD", value: "correct-horse" },
        { name: "GREETING", value: "hello" },
      );
    });
    const whole = await box.run({
      name: "get_object",
      arguments: json({ ...orders, field: "spec.template.spec.containers" }),
    });
    expect(whole).toMatch(/^\[L1\] object, Deployment sock-shop\/orders, /);
    expect(whole).toContain("GREETING");
    expect(whole).toContain("hello");
    expect(whole).toContain("DB_PASSWORD");
    expect(whole).not.toMatch(/correct-horse|managedFields|last-applied/);
    const none = await box.run({ name: "get_object", arguments: json({ ...orders, field: "spec.nothing" }) });
    expect(none).toMatch(/no-data: "Deployment sock-shop\/orders has no field spec\.nothing\."/);
    const ghost = await box.run({ name: "get_object", arguments: json({ ...orders, name: "ghost", field: null }) });
    expect(ghost).toMatch(/no-data: "There is no Deployment sock-shop\/ghost\."/);
  });

  test("log lines by text, newest kept, and none is an answer", async () => {
    const { box, book } = await shopBox();
    const call = { ...orders, container: null, previous: false, minutes: 30 };
    const found = await box.run({ name: "read_logs", arguments: json({ ...call, grep: "audit_level|nothing else" }) });
    expect(found).toMatch(/AUDIT_LEVEL is not set/);
    const none = await box.run({ name: "read_logs", arguments: json({ ...call, grep: "(a+)+$" }) });
    expect(none).toMatch(/no-data: "No line with/);
    expect(book.get("L2")).toMatchObject({
      status: "no-data",
      source: "log",
      query: expect.stringContaining("kubectl -n sock-shop logs"),
    });
    expect(book.get("L1")?.from).toBeLessThan(book.get("L1")?.to ?? 0);
    expect(book.get("L1")?.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("events, revisions and neighbours", async () => {
    const { shop, box } = await shopBox();
    shop.event("Deployment", "orders", "ScalingReplicaSet", "Scaled up replica set orders-2 to 1");
    expect(await box.run({ name: "list_events", arguments: json({ ...orders, minutes: 30 }) })).toContain(
      "ScalingReplicaSet",
    );
    expect(await box.run({ name: "rollout_history", arguments: json(orders) })).toMatch(/AUDIT_LEVEL/);
    expect(await box.run({ name: "neighbours", arguments: json(orders) })).toMatch(
      /Deployment sock-shop\/orders calls .*; Services Service sock-shop\/orders \(1 ready.*uses Secret/,
    );
    expect(
      await box.run({
        name: "neighbours",
        arguments: json({ kind: "Service", namespace: "sock-shop", name: "orders" }),
      }),
    ).toMatch(/selects Deployment sock-shop\/orders/);
  });

  test("series by selector; more than a selector needs a Prometheus, which is said", async () => {
    const { shop, box } = await shopBox();
    shop.series("requests_per_second", { namespace: "sock-shop", workload: "orders" }, 4, 0.5);
    const found = await box.run({
      name: "query_metrics",
      arguments: json({ promql: 'requests_per_second{workload="orders"}', minutes: 20 }),
    });
    expect(found).toMatch(/requests_per_second\{namespace=.*\}: lowest [\d.]+, highest [\d.]+, last [\d.]+ \(/);
    const refused = await box.run({
      name: "query_metrics",
      arguments: json({ promql: "rate(http_requests_total[5m])", minutes: 20 }),
    });
    expect(refused).toMatch(/, error: "There is no Prometheus here/);
    const none = await box.run({
      name: "query_metrics",
      arguments: json({ promql: 'requests_per_second{workload="ghost"}', minutes: 20 }),
    });
    expect(none).toMatch(/no-data: "No series matches/);
  });
});

describe("the tool box", () => {
  it("refuses what was asked before, however the arguments are written, and says where the answer is", async () => {
    const { box } = await shopBox();
    await box.run({ name: "neighbours", arguments: '{"kind":"Deployment","namespace":"sock-shop","name":"orders"}' });
    expect(
      await box.run({
        name: "neighbours",
        arguments: '{"name":"orders", "namespace":"sock-shop","kind":"Deployment"}',
      }),
    ).toMatch(/^Refused: this was asked before; the answer is L1\./);
    expect(box.counts).toMatchObject({ made: 1, repeated: 1 });
  });

  it("ends after its number of calls, refused ones included", async () => {
    const { box } = await shopBox({ maxCalls: 3 });
    expect(await box.run({ name: "delete_pod", arguments: "{}" })).toMatch(/There is no such tool/);
    expect(await box.run({ name: "neighbours", arguments: "{oops" })).toMatch(/not JSON/);
    expect(await box.run({ name: "neighbours", arguments: json({ ...orders, force: true }) })).toMatch(/do not fit/);
    expect(await box.run({ name: "neighbours", arguments: json(orders) })).toBe(
      "Refused: no look-ups are left. Answer with what you have.",
    );
    expect(box.counts).toEqual({ made: 0, repeated: 0, invalid: 3, failed: 0 });
  });

  it("a look-up that fails or hangs is evidence of just that", async () => {
    const stopped = AbortSignal.timeout(60);
    const { box } = await shopBox({
      tools: {
        neighbours: async () => {
          throw new Error("connection refused, token=sk-proj-abcdefghijklmnopqrstuvwxyz012345");
        },
        rollout_history: async () => await new Promise<never>(() => undefined),
      },
      signal: stopped,
    });
    const failed = await box.run({ name: "neighbours", arguments: json(orders) });
    expect(failed).toMatch(/^\[L1\] .*, error: "The look-up failed: connection refused/);
    expect(failed).not.toContain("sk-proj-abc");
    expect(await box.run({ name: "rollout_history", arguments: json(orders) })).toMatch(
      /error: "The look-up failed: no answer in time"/,
    );
  });

  it("says when the evidence is full, so that nothing is cited that is not kept", async () => {
    const { shop } = await brokenShop();
    const book = createEvidenceBook({ redact: createRedactor({ salt: "x" }).redact, maxEntries: 0 });
    const box = createToolBox({
      tools: observationTools(shop.observation),
      book,
      context: { now: shop.now, onset: shop.onset, signal: new AbortController().signal },
      maxCalls: 3,
      letter: "L",
    });
    expect(await box.run({ name: "neighbours", arguments: json(orders) })).toMatch(/cannot be cited/);
    expect(box.found).toEqual([]);
  });
});

describe("plain selectors", () => {
  const labels = { namespace: "shop", workload: "orders", pod: "orders-1" };
  it.each([
    ["up", true],
    ['up{workload="orders"}', true],
    ['up{workload!="orders"}', false],
    ['up{pod=~"orders-.*|carts-.*",namespace="shop"}', true],
    ['up{pod=~".*-1"}', true],
    ['up{pod!~"carts-.+"}', true],
    ['{__name__="up",namespace="shop",}', true],
    ['up{other=""}', true],
  ])("%s", (text, want) => expect(plainSelector(text)?.matches(labels)).toBe(want));
  it.each([
    "rate(up[5m])",
    "up + 1",
    'up{pod=~"(a+)+"}',
    'up{pod=~"a[0-9]"}',
    "",
    "{",
    'up{a="b"} or up',
    "sum(up)",
  ])("%s is more than that", (text) => expect(plainSelector(text)).toBeUndefined());
  it("takes long hostile text in its stride", () => {
    const began = performance.now();
    plainSelector(`up{${'a="b",'.repeat(80)}`);
    plainSelector(`up{a="${"\\\\".repeat(240)}`);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe("log lines for a model", () => {
  it("the newest that fit are shown in order, repeated ones once, and what is left out is counted", () => {
    const line = (i: number, text: string) => ({ at: 1_000 * i, pod: "p", line: text });
    const lines = [
      ...Array.from({ length: 50 }, (_, i) => line(i, `line ${i} ${"x".repeat(80)}`)),
      line(50, "same"),
      line(51, "same"),
      line(52, "same"),
    ];
    const text = logLinesText(lines, 600) ?? "";
    expect(text).toMatch(/^\((\d+) earlier lines match and are not shown\)/);
    expect(text).toMatch(/same \(3 times\)$/);
    expect(text.length).toBeLessThan(800);
    expect(logLinesText([], 100)).toBeUndefined();
    const shown = (text.match(/line \d+/g) ?? []).length;
    expect(Number(/^\((\d+)/.exec(text)?.[1]) + shown).toBe(50);
  });
  it("texts are texts, not expressions", () => {
    expect(grepTest("a.c")("abc")).toBe(false);
    expect(grepTest("TIMEOUT | refused")("Connection Refused")).toBe(true);
    expect(grepTest(null)("anything")).toBe(true);
  });
});

test("ids of look-ups count for themselves, so that a diagnosis and a look-up never take the same", async () => {
  const shop = await quietShop();
  const { redact } = createRedactor({ salt: "ids" });
  const finding = (text: string) => ({ source: "event" as const, about: orders, query: "q", text, at: shop.now });
  const first = createEvidenceBook({ redact });
  expect([first.cite(finding("a")), first.cite(finding("b"), "L"), first.cite(finding("c"))]).toEqual([
    "E1",
    "L1",
    "E2",
  ]);
  const next = createEvidenceBook({ redact, previous: first.entries() });
  expect([
    next.cite(finding("a")),
    next.cite(finding("d")),
    next.cite(finding("e"), "L"),
    next.cite(finding("f"), "A"),
  ]).toEqual(["E1", "E3", "L2", "A1"]);
});
