import { describe, expect, it } from "vitest";
import {
  calibratedCause,
  fixConfidence,
  logit,
  noOutcomes,
  posterior,
  probabilities,
} from "../../../src/rca/weigh/confidence.ts";
import { brierScore, calibrationError, reliability } from "../../evals/calibration/reliability.ts";

const full = { specificity: 0.97, explains: 1, closeness: 1, contradictions: 0, late: false, overshadowed: false };

describe("confidence", () => {
  it("a mechanism seen completely stands high, one that merely fits does not", () => {
    expect(probabilities([logit(full)])[0]).toBeGreaterThan(0.95);
    expect(probabilities([logit({ ...full, specificity: 0.4, closeness: 0 })])[0]).toBeLessThan(0.6);
    expect(probabilities([logit({ ...full, specificity: 0.4, explains: 0.3, closeness: 0 })])[0]).toBeLessThan(0.25);
  });
  it.each([
    ["more exact", { specificity: 0.98 }, 1],
    ["explains less", { explains: 0.5 }, -1],
    ["contradicted", { contradictions: 1 }, -1],
    ["the change came later", { late: true }, -1],
    ["another one explains it", { overshadowed: true }, -1],
    ["the change is long ago", { closeness: 0.2 }, -1],
  ])("%s moves the odds the right way", (_name, part, sign) =>
    expect(Math.sign(logit({ ...full, ...part }) - logit(full))).toBe(sign));
  it("shares of exclusive causes never sum to more than one, and nothing is certain", () => {
    for (const logits of [[20], [5, 5], [3, 2, 1, 0], []]) {
      const shares = probabilities(logits);
      expect(shares.reduce((sum, value) => sum + value, 0)).toBeLessThanOrEqual(1);
      for (const share of shares) expect(share).toBeLessThanOrEqual(0.97);
    }
  });
  it("outcomes pull a probability towards what really happened, slowly", () => {
    expect(posterior(0.9, noOutcomes)).toBeCloseTo(0.9);
    expect(posterior(0.9, { right: 0, wrong: 8 })).toBeCloseTo(0.45);
    expect(posterior(0.5, { right: 100, wrong: 0 })).toBeGreaterThan(0.95);
    expect(calibratedCause(0.97, { right: 1_000, wrong: 0 })).toBeLessThanOrEqual(0.97);
  });
  it("a cause with a bad record falls; a good record breaks ties but lifts no weak cause over a proven one", () => {
    expect(calibratedCause(0.95, { right: 0, wrong: 2 })).toBeLessThan(0.8);
    expect(calibratedCause(0.5, { right: 6, wrong: 0 })).toBeGreaterThan(0.55);
    expect(calibratedCause(0.03, { right: 500, wrong: 0 })).toBeLessThan(0.06);
    expect(calibratedCause(0.03, { right: 1, wrong: 9 })).toBeLessThanOrEqual(0.03);
  });
  it("a fix is never surer than its cause, and one that failed here before falls", () => {
    const ask = {
      causeProbability: 0.9,
      cause: "memory-leak",
      action: "restart",
      fit: 1,
      outcomes: noOutcomes,
    } as const;
    expect(fixConfidence(ask)).toBeLessThan(0.9);
    expect(fixConfidence({ ...ask, outcomes: { right: 0, wrong: 5 } })).toBeLessThan(fixConfidence(ask));
    expect(fixConfidence({ ...ask, outcomes: { right: 9, wrong: 0 } })).toBeGreaterThan(fixConfidence(ask));
  });
  it("scores: perfect answers cost nothing, boastful ones much", () => {
    const perfect = [
      { probability: 1, right: true },
      { probability: 0, right: false },
    ];
    expect(brierScore(perfect)).toBe(0);
    expect(calibrationError(perfect)).toBe(0);
    expect(
      calibrationError([
        { probability: 0.95, right: false },
        { probability: 0.95, right: true },
      ]),
    ).toBeCloseTo(0.45);
    expect(
      reliability([
        { probability: 0.95, right: true },
        { probability: 1, right: true },
      ]),
    ).toMatchObject([{ from: 0.9, to: 1, count: 2, rightShare: 1 }]);
  });
});
