import { describe, expect, test } from "vitest";
import { type GameDay, summarize } from "../../../src/chaos/game-day.ts";
import { truthOf } from "../../../src/chaos/game-day-truth.ts";
import { type IncidentFacts, scoreRun } from "../../../src/chaos/score.ts";
import { scoreboardHtml } from "../../../src/chaos/scoreboard.ts";
import { scoreText, shortResult } from "../../../src/chaos/words.ts";
import { makeRef } from "../../../src/incident/object-ref.ts";
import { parseTruth } from "../../../src/replay/record/write-truth.ts";

const carts = makeRef("Deployment", "shop", "carts");
const orders = makeRef("Deployment", "shop", "orders");
const bank = makeRef("Deployment", "bank", "ledger");
const faultAt = 1_000_000;
const window = { faultAt, until: faultAt + 600_000, namespaces: ["shop"] };
const expected = {
  cause: "memory-limit-too-low",
  culprit: carts,
  fix: "rollback-deployment",
  within: 120_000,
} as const;
const anomaly = (target = carts, after = 30_000) => ({
  target,
  startsAt: faultAt + after - 10_000,
  detectedAt: faultAt + after,
});
const incident = (id: string, more: Partial<IncidentFacts> = {}): IncidentFacts => ({
  id,
  openedAt: faultAt + 32_000,
  target: carts,
  affected: [carts],
  anomalies: [anomaly()],
  hypotheses: [{ cause: "memory-limit-too-low", culprit: carts, probability: 0.9 }],
  fixes: [{ action: "rollback-deployment", target: carts }],
  applied: [],
  ...more,
});

describe("a score", () => {
  test.each([
    {
      name: "everything right",
      incidents: [
        incident("1", { applied: [{ action: "rollback-deployment", verdict: "recovered", at: faultAt + 40_000 }] }),
      ],
      want: {
        incidentId: "1",
        detectedAfterMs: 30_000,
        inTime: true,
        rightCause: true,
        rightCulprit: true,
        rightFix: true,
        fixWorked: true,
        mendedAt: faultAt + 40_000,
        points: 1,
      },
    },
    { name: "nothing seen", incidents: [], want: { detected: false, inTime: false, rightCause: false, foreign: [] } },
    {
      name: "another cause and another culprit",
      incidents: [incident("1", { hypotheses: [{ cause: "memory-leak", culprit: orders, probability: 0.9 }] })],
      want: { detected: true, rightCause: false, rightCulprit: false, cause: "memory-leak" },
    },
    {
      name: "too late",
      incidents: [incident("1", { openedAt: faultAt + 200_000, anomalies: [anomaly(carts, 200_000)] })],
      want: { detected: true, inTime: false },
    },
    {
      name: "the right fix second",
      incidents: [
        incident("1", {
          fixes: [
            { action: "restart", target: carts },
            { action: "rollback-deployment", target: carts },
          ],
        }),
      ],
      want: { rightFix: false, fix: "restart" },
    },
    {
      name: "a fix that did not help",
      incidents: [incident("1", { applied: [{ action: "restart", verdict: "not-recovered" }] })],
      want: { fixWorked: false },
    },
    {
      name: "a fix not judged yet is no answer",
      incidents: [incident("1", { applied: [{ action: "restart", verdict: "pending" }] })],
      want: { fixWorked: undefined },
    },
    {
      name: "the incident of the culprit counts, the other is a split",
      incidents: [
        incident("1", {
          target: orders,
          affected: [orders],
          hypotheses: [{ cause: "unknown", culprit: orders, probability: 0.2 }],
        }),
        incident("2"),
      ],
      want: { incidentId: "2", split: ["1"] },
    },
    {
      name: "an incident elsewhere does not belong",
      incidents: [
        incident("1"),
        incident("2", { target: bank, affected: [bank], anomalies: [anomaly(bank)], hypotheses: [] }),
      ],
      want: { foreign: ["2"], split: [] },
    },
    {
      name: "trouble of another namespace in the same incident is a false merge",
      incidents: [incident("1", { anomalies: [anomaly(), anomaly(bank)] })],
      want: { falseMerges: ["1"] },
    },
    {
      name: "an old incident that took the fault in is a false merge",
      incidents: [
        incident("1", {
          openedAt: faultAt - 900_000,
          anomalies: [{ target: carts, startsAt: faultAt - 950_000, detectedAt: faultAt - 900_000 }, anomaly()],
        }),
      ],
      want: { detected: true, falseMerges: ["1"], detectedAfterMs: 30_000 },
    },
    {
      name: "an incident of before that saw nothing new does not count",
      incidents: [incident("1", { openedAt: faultAt - 900_000, anomalies: [] })],
      want: { detected: false },
    },
  ])("$name", ({ incidents, want }) => {
    const { detectedAfterMs, ...rest } = want;
    const score = scoreRun(expected, incidents, window);
    expect(score).toMatchObject(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)));
    if ("fixWorked" in rest && rest.fixWorked === undefined) expect(score.fixWorked).toBeUndefined();
    if (detectedAfterMs) expect(score.detectedAfterMs).toBe(detectedAfterMs);
  });

  test("where no incident is expected, silence is right and an incident is wrong", () => {
    expect(scoreRun("none", [], window)).toMatchObject({ detected: false, points: 1 });
    expect(scoreRun("none", [incident("1")], window)).toMatchObject({ detected: true, points: 0.5 });
  });

  test("and is said so", () => {
    expect(scoreText(scoreRun("none", [], window))).toBe("no incident, as it should be");
    expect(scoreText(scoreRun("none", [incident("1"), incident("2")], window))).toBe(
      "incident 1, although none was due, 1 more than one incident",
    );
  });

  test("to name the proxy that the experiment has put in the way is to name what it stands for", () => {
    const proxy = makeRef("Pod", "shop", "kubemend-chaos-7-proxy-carts");
    const found = incident("1", { hypotheses: [{ cause: "slow-dependency", culprit: proxy, probability: 0.9 }] });
    expect(scoreRun(expected, [found], window).rightCulprit).toBe(false);
    expect(scoreRun(expected, [found], { ...window, made: [proxy] }).rightCulprit).toBe(true);
  });

  test("any node will do where the name is a star", () => {
    const node = makeRef("Node", undefined, "worker-3");
    const star = { ...expected, cause: "node-unschedulable", culprit: { kind: "Node", name: "*" } } as const;
    const found = incident("1", { hypotheses: [{ cause: "node-unschedulable", culprit: node, probability: 0.9 }] });
    expect(scoreRun(star, [found], window)).toMatchObject({ rightCulprit: true, rightCause: true });
  });
});

test.each([
  { name: "no probe failed", failed: 0, incidents: [], asks: true },
  { name: "a probe failed", failed: 1, incidents: [], asks: false },
  { name: "it was found", failed: 0, incidents: [incident("1")], asks: false },
])("a fault that kubemend has not found may have been none: $name, asks $asks", ({ failed, incidents, asks }) => {
  const stored = {
    verdict: "held",
    reason: "as hoped",
    clean: true,
    probes: { before: [], during: [{ probe: "it answers", asked: 9, failed, detail: "" }], after: [] },
    changes: [],
    score: scoreRun(expected, incidents, window),
  };
  expect(shortResult("done", stored, null).includes("was there one?")).toBe(asks);
});

describe("a scoreboard", () => {
  const score = scoreRun(expected, [incident("1")], window);
  const probes = { before: [], during: [], after: [] };
  const result = {
    verdict: "held",
    reason: "as hoped",
    startedAt: 0,
    faultAt,
    endedAt: 1,
    probes,
    changes: [],
    clean: true,
    score,
  } as const;
  const due = { ...expected, within: 60_000 };
  const entry = { name: "starve", hypothesis: "it <b>holds</b>", expected: due, runId: "1", result, problems: [] };
  const day: GameDay = {
    cluster: '<script>alert("x")</script>',
    startedAt: faultAt,
    endedAt: faultAt + 60_000,
    entries: [
      entry,
      { name: "other", hypothesis: "y", expected: due, problems: ["the namespace is not there"] },
      {
        ...entry,
        name: "borne",
        expected: "none",
        result: { ...result, score: scoreRun("none", [], window) },
      },
    ],
  };

  test("sums up what was run; what is to be borne in silence is not among what is to be noticed", () => {
    expect(summarize(day)).toMatchObject({
      experiments: 3,
      run: 2,
      held: 2,
      detected: { have: 1, of: 1 },
      quiet: { have: 1, of: 1 },
      rightFix: { have: 1, of: 1 },
      fixWorked: { have: 0, of: 0 },
      medianDetectionMs: 30_000,
      clean: true,
    });
  });

  test("the median of two is between them", () => {
    const late = { ...score, detectedAfterMs: 90_000 };
    const both = [entry, { ...entry, name: "late", result: { ...result, score: late } }];
    expect(summarize({ ...day, entries: both }).medianDetectionMs).toBe(60_000);
  });

  test("is one page that needs nothing from elsewhere, with its charts in it and everything escaped", () => {
    const html = scoreboardHtml(day);
    expect(html).not.toContain("<script");
    expect(html).not.toContain("<b>");
    expect(html).not.toMatch(/src=|href="[^#]/);
    expect([...html.matchAll(/<svg role="img" aria-label="([^"]+)"/g)].map(([, label]) => label)).toEqual([
      "starve: 30 s, allowed 60 s",
      expect.stringContaining("starve: fault from"),
      expect.stringContaining("borne: fault from"),
    ]);
    expect(html).toContain("the namespace is not there");
  });

  test("what is not put back stands on top", () => {
    expect(scoreboardHtml(day)).not.toContain("kubemend chaos restore");
    const left = { ...day, entries: [{ ...entry, result: { ...result, clean: false } }] };
    expect(scoreboardHtml(left)).toContain("kubemend chaos restore");
  });
});

describe("the truth of a game day, for a recording of it", () => {
  const at = (seconds: number) => faultAt + seconds * 1_000;
  const ran = (from: number, restored: number, ended: number, target: string) =>
    ({
      verdict: "held",
      reason: "as hoped",
      startedAt: at(from),
      faultAt: at(from),
      restoredAt: at(restored),
      recoveredAfterMs: 5_000,
      endedAt: at(ended),
      probes: { before: [], during: [], after: [] },
      changes: [{ target, what: "broken", restored: "restored", detail: "" }],
      clean: true,
    }) as const;
  const entry = { hypothesis: "it holds", problems: [] };
  const day: GameDay = {
    cluster: "shop",
    startedAt: at(0),
    endedAt: at(900),
    entries: [
      { ...entry, name: "starve", expected, result: ran(60, 120, 130, "Deployment shop/carts") },
      { ...entry, name: "refused", expected, problems: ["no such namespace"] },
      { ...entry, name: "borne", expected: "none", result: ran(300, 320, 330, "Pod shop/carts-1") },
      {
        ...entry,
        name: "host",
        expected: { cause: "node-unschedulable", culprit: { kind: "Node", name: "*" }, within: 60_000 },
        result: ran(600, 660, 700, "Node worker-3"),
      },
    ],
  };
  const truth = truthOf(day);
  const time = (seconds: number) => new Date(at(seconds)).toISOString();

  test("what was to be found, with the object that was hit and the times of the run", () => {
    expect(truth.faults).toMatchObject([
      {
        id: "starve",
        injectedAt: time(60),
        fixedAt: time(120),
        recoveredAt: time(125),
        cause: "memory-limit-too-low",
        culprit: carts,
        fix: { action: "rollback-deployment", target: carts },
        summary: "Deployment shop/carts: broken",
      },
      { id: "host", culprit: { kind: "Node", name: "worker-3" }, fix: { action: "none" } },
    ]);
  });

  test("a fault that a fix has ended was over then, and not when the experiment was", () => {
    const [first] = day.entries;
    if (!first?.result) throw new Error("the first was run");
    const applied = [{ action: "rollback-deployment", verdict: "recovered", at: at(80) }] as const;
    const score = scoreRun(expected, [incident("1", { applied })], window);
    const mended = truthOf({ ...day, entries: [{ ...first, result: { ...first.result, score } }] });
    expect(mended.faults).toMatchObject([{ fixedAt: time(80), recoveredAt: time(80) }]);
  });

  test("between the faults, and while something is to be borne, no incident is due", () => {
    expect(truth.quiet).toEqual([
      { from: time(0), to: time(60), note: "normal operation" },
      { from: time(125), to: time(300), note: "normal operation" },
      { from: time(325), to: time(600), note: "normal operation" },
      { from: time(665), to: time(900), note: "normal operation" },
      { from: time(300), to: time(325), note: "borne: to be borne without an incident" },
    ]);
  });

  test("kubemend record takes it", () => {
    expect(parseTruth(truth)).toMatchObject({ faults: [{ id: "starve" }, { id: "host" }] });
  });
});
