import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createObservation } from "../../../src/cluster/observation.ts";
import { createDetectionEngine } from "../../../src/detection/engine/engine.ts";
import { beganAt } from "../../../src/rca/case/began-at.ts";
import { type Diagnosed, diagnoseByRules } from "../../../src/rca/diagnose-by-rules.ts";
import { createRedactor } from "../../../src/rca/redact/redactor.ts";
import {
  causeWeights,
  confidenceInputs,
  probabilityOf,
  type Standing,
} from "../../../src/rca/weigh/cause-confidence.ts";
import { ceiling } from "../../../src/rca/weigh/confidence.ts";
import { loadRecording } from "../../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../../src/replay/recording/recorded-signals.ts";
import { type Degradation, degrade } from "../../evals/calibration/degrade.ts";

const standing: Standing = {
  margin: 2,
  features: { specificity: 0.9, explains: 1, closeness: 1, contradictions: 0, late: false, overshadowed: false },
  missing: [],
  ageMs: 60_000,
};
const weights = causeWeights();

describe("confidence in the first cause", () => {
  it("is fitted with weights that evidence can only raise", () => {
    for (const name of confidenceInputs) expect(weights[name], name).toBeGreaterThanOrEqual(0);
  });
  it.each([
    ["a larger lead", { margin: 3 }, 1],
    ["facts against it", { features: { ...standing.features, contradictions: 1 } }, -1],
    ["no logs", { missing: ["logs"] }, -1],
    ["no measurements", { missing: ["metrics"] }, -1],
    ["nothing seen before the trouble", { missing: ["past"] }, -1],
  ] as const)("%s moves it the right way", (_name, part, sign) =>
    expect(Math.sign(probabilityOf({ ...standing, ...part }, weights) - probabilityOf(standing, weights))).toBe(sign));
  describe("in a cause that leaves symptoms without one", () => {
    const said = (explains: number, margin = 8) =>
      Math.min(ceiling, probabilityOf({ ...standing, margin, features: { ...standing.features, explains } }, weights));
    it("falls with every symptom that it leaves, however sure the cause itself is", () => {
      const falling = [0.9, 0.8, 0.6, 0.5, 0.33, 0.1, 0].map((explains) => said(explains));
      expect(falling).toEqual(falling.toSorted((a, b) => b - a));
      expect(new Set(falling).size).toBe(falling.length);
      expect(said(1 / 3)).toBeLessThan(0.4);
      expect(said(0.5)).toBeLessThan(0.6);
    });
    it("is what it was where no more is left than a right cause usually leaves", () => {
      expect(said(0.92)).toBe(said(1));
      expect(said(0.92, 1)).toBeCloseTo(said(1, 1), 10);
    });
  });
  it("one early start alone does not date the trouble", () => {
    expect(beganAt([])).toBeUndefined();
    expect(beganAt([5, 1])).toBe(1);
    expect(beganAt([100, 1, 101, 102])).toBe(100);
  });
});

/** The last diagnosis within two minutes of a recorded fault, seen with some evidence taken away. */
async function answer(name: string, how: Degradation, injectedAt: string): Promise<Diagnosed | undefined> {
  const folder = fileURLToPath(new URL(`../../recordings/${name}`, import.meta.url));
  const recording = degrade(await loadRecording(folder), how, Date.parse(injectedAt));
  const observation = createObservation({ cluster: "test" });
  const tickMs = 5_000;
  const engine = createDetectionEngine({ observation, nextId: () => "1", learnMs: 180_000, tickMs });
  const until = Date.parse(injectedAt) + 150_000;
  let next = recording.start + tickMs;
  for (const signal of recordedSignals(recording)) {
    if (signal.at > until) break;
    for (; signal.at > next; next += tickMs) engine.tick(next);
    engine.ingest(signal);
  }
  const [incident] = engine.incidents();
  const { redact } = createRedactor({ salt: "test" });
  return incident && diagnoseByRules({ incident, observation, now: next, redact, version: 1 });
}

describe("a recorded fault, seen with less and less", () => {
  const injectedAt = "2026-11-20T23:02:11Z";
  it("with all evidence the answer is sure, and right", async () => {
    const made = await answer("meadow-03", "none", injectedAt);
    expect(made?.diagnosis.inconclusive).toBe(false);
    expect(made?.diagnosis.hypotheses[0]).toMatchObject({ cause: "bad-liveness-probe", culprit: { name: "payment" } });
    expect(made?.diagnosis.hypotheses[0]?.probability).toBeGreaterThan(0.9);
  });
  it.each([
    "no-events",
    "objects-only",
  ] as const)("%s: what was changed and how containers end is enough", async (how) => {
    const made = await answer("meadow-03", how, injectedAt);
    expect(made?.diagnosis.hypotheses[0]).toMatchObject({ cause: "bad-liveness-probe", culprit: { name: "payment" } });
  });
  it.each(["late-bare"] as const)("%s: it says that it cannot tell, and asks two questions", async (how) => {
    const made = await answer("meadow-03", how, injectedAt);
    expect(made?.diagnosis.inconclusive).toBe(true);
    expect(made?.diagnosis.hypotheses[0]?.probability).toBeLessThan(0.7);
    expect(made?.diagnosis.questions).toHaveLength(2);
  });
});
