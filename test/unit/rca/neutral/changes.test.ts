import { describe, expect, test } from "vitest";
import { diffBehaviour } from "../../../../src/rca/neutral/diff-behaviour.ts";
import type { Commit } from "../../../../src/rca/neutral/neutral-case.ts";
import { rankCase } from "../../../../src/rca/neutral/rank-case.ts";
import { createInterner, readLogs } from "../../../../src/rca/neutral/read-tables.ts";
import { climbSince } from "../../../../src/rca/neutral/slow-burn.ts";
import { metricsOf, smallCase, steady, telemetryOf, zero } from "./small-case.ts";

const commit = (id: string, diff: string, ...files: readonly string[]): Commit => ({
  id,
  diff,
  files: files.length > 0 ? files : ["cart/src/totals.ts"],
  time: zero - 600,
  message: "tidy",
});

describe("what a diff does", () => {
  test.each([
    { name: "a call that is gone", diff: "-  seedDefaults(registry);\n   warmUp();", low: 1, high: 1 },
    {
      name: "a call that moved within the diff",
      diff: "-  const s = weigh(c);\n+function score(c) {\n+  return weigh(c);",
      low: 0.6,
      high: 0.8,
    },
    { name: "other words in a message", diff: '-  reject("not found");\n+  reject("not there");', low: 0, high: 0.1 },
    { name: "another number", diff: "-  maxTries: 2,\n+  maxTries: 3,", low: 0.5, high: 0.7 },
    { name: "only a comment", diff: "-  // old words\n+  // new words", low: 0, high: 0.1 },
  ])("$name", ({ diff, low, high }) => {
    const { weight } = diffBehaviour(commit("x", diff));
    expect(weight).toBeGreaterThanOrEqual(low);
    expect(weight).toBeLessThanOrEqual(high);
  });

  test.each(["docs/setup.md", "web/theme.ts", "pkg/cart/total_test.go", "web/site.css"])("%s does not run", (file) => {
    expect(diffBehaviour(commit("x", "-  call();\n", file)).weight).toBeLessThan(0.1);
  });
});

function ranked(options: { rolledOut: number; line?: string; traffic?: number; diff?: string }) {
  const rows = Array.from({ length: 20 }, (_, i) => ({
    time: (zero + 10 + i) * 1e9,
    entity: "cart",
    level: "ERROR",
    line: options.line ?? "discount table missing for voucher",
  }));
  const logs = readLogs(rows.map((row) => JSON.stringify(row)).join("\n"), createInterner(), new Map()).table;
  return rankCase(
    smallCase({
      alert: { time: zero + 60, entity: "cart" },
      telemetry: { ...telemetryOf([]), logs },
      metrics: metricsOf({
        cart: { requests_per_sec: [...steady(-3_600, 0, 100), ...steady(0, 240, options.traffic ?? 100)] },
      }),
      changes: {
        commits: [
          commit("suspect", options.diff ?? "-  loadDiscountTable(voucher);"),
          commit("paint", "-  a();", "web/site.css"),
        ],
        deploys: [
          { time: zero + options.rolledOut, entity: "cart", commit: "suspect" },
          { time: zero - 20, entity: "cart", commit: "paint" },
        ],
        flags: [],
      },
    }),
    [],
  );
}

describe("which change it was", () => {
  test.each([
    { name: "a rollout a minute before, in the words of the error", options: { rolledOut: -50 }, first: "suspect" },
    { name: "a rollout after the first sign cannot be it", options: { rolledOut: 60 }, first: "none" },
    { name: "an hour of health after a rollout speaks for it", options: { rolledOut: -3_600 }, first: "none" },
    {
      name: "an expired certificate is nobody's commit",
      options: { rolledOut: -200, line: "tls: certificate has expired" },
      first: "none",
    },
    {
      name: "a provider that fails is nobody's commit",
      options: { rolledOut: -200, line: "POST https://api.example.com/v1 returned 503" },
      first: "none",
    },
    { name: "a flood of traffic is nobody's commit", options: { rolledOut: -200, traffic: 700 }, first: "none" },
  ])("$name", ({ options, first }) => {
    const { changes = [] } = ranked(options);
    expect(changes[0]?.id).toBe(first);
    expect(changes.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1);
    expect(changes.find(({ id }) => id === "paint")?.score).toBeLessThan(0.1);
  });
});

test("a flag that was switched just before is told, and one cause outside is told once", () => {
  const line = (second: number, text: string) =>
    JSON.stringify({ time: (zero + second) * 1e9, entity: "cart", level: "ERROR", line: text });
  const rows = [line(10, "tls: certificate has expired"), line(11, "handshake: certificate has expired, giving up")];
  const logs = readLogs(rows.join("\n"), createInterner(), new Map()).table;
  const flags = [
    { time: zero - 50, entity: "cart", flag: "new_sums" },
    { time: zero - 4_000, entity: "cart", flag: "old_sums" },
  ];
  const { changes } = rankCase(
    smallCase({ telemetry: { ...telemetryOf([]), logs }, changes: { commits: [], deploys: [], flags } }),
    [],
  );
  expect(changes?.[0]?.evidence).toBe(
    'a certificate expired ("tls: certificate has expired"); flag new_sums of cart was switched 60 s before the first sign',
  );
});

describe("a change that hurts slowly", () => {
  const rollout = zero - 2_400;
  const memory = (at: (second: number) => number) =>
    Array.from({ length: 70 }, (_, i): [number, number] => [60 * i - 4_000, at(60 * i - 4_000)]);
  test.each([
    {
      name: "memory that climbs ever since its rollout",
      at: (s: number) => 100 + Math.max(0, s + 2_400) / 10,
      found: true,
    },
    { name: "memory that climbed as fast before", at: (s: number) => 500 + s / 10, found: false },
    { name: "memory that stepped up once and stays", at: (s: number) => (s < -2_400 ? 100 : 300), found: false },
    { name: "memory as ever", at: () => 100, found: false },
  ])("$name", ({ at, found }) => {
    const input = smallCase({ metrics: metricsOf({ cart: { memory_mb: memory(at) } }) });
    expect(climbSince(input, "cart", rollout, zero)).toBe(found ? "memory_mb" : undefined);
  });

  test("a leak is blamed on the rollout that it began with, forty minutes ago", () => {
    const result = rankCase(
      smallCase({
        alert: { time: zero + 60, entity: "cart" },
        metrics: metricsOf({ cart: { memory_mb: memory((s) => 100 + Math.max(0, s + 2_400) / 10) } }),
        changes: {
          commits: [commit("leak", "-  release(buffer);"), commit("other", "-  call(b);")],
          deploys: [
            { time: rollout, entity: "cart", commit: "leak" },
            { time: zero - 900, entity: "pay", commit: "other" },
          ],
          flags: [],
        },
      }),
      [],
    );
    expect(result.changes?.[0]).toMatchObject({
      id: "leak",
      evidence: expect.stringMatching(/memory_mb of cart climbs/),
    });
  });
});
