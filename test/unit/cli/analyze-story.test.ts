import { describe, expect, test } from "vitest";
import type { AnalysisResult } from "../../../src/app/diagnosis/analysis-result.ts";
import type { AnalysedCase } from "../../../src/app/diagnosis/analyze-recording.ts";
import { analyzeStory } from "../../../src/cli/analyze-story.ts";
import type { Recommendation } from "../../../src/incident/fix/recommendation.ts";
import { clean, incidentView } from "../../support/incident-view.ts";

const { incident, diagnosis, evidence, fixes } = incidentView;
const [quoted] = evidence;
const [offer] = fixes;
if (!diagnosis || !quoted || !offer) throw new Error("the fixture has all of it");
const fix = (more: Partial<Recommendation>): Recommendation => ({
  ...offer.recommendation,
  cause: "memory-leak",
  ...more,
});

function told(more: Partial<AnalysedCase>, of: Partial<AnalysisResult["incidents"][number]> = {}): readonly string[] {
  const { id, severity, title, target, affected } = incident;
  const times = { openedAt: "2026-11-20T22:39:55Z", onset: "2026-11-20T22:39:50Z" };
  const one = { id, severity, title, target, affected, ...times, anomalies: [], recommendations: [], evidence: [] };
  const incidents = [{ ...one, diagnosis: { ...diagnosis, confidenceReason: "", runbooks: [] }, ...of }];
  const stats = { ticks: 1, series: 1, logLines: 1, wallMs: 1 };
  return analyzeStory({ incidents, risks: [], stats } as AnalysisResult, [
    { incident, diagnosis: diagnosis as AnalysedCase["diagnosis"], evidence, recommendations: [], ...more },
  ]);
}

describe("what analyze tells of an incident", () => {
  test("a fix: what it does, why it stands before a likelier one, its command", () => {
    const lines = told({
      recommendations: [
        fix({ action: "restart", confidence: 0.51, reason: clean("starts anew"), kubectl: "kubectl restart" }),
        fix({ action: "rollback-deployment", confidence: 0.67, reason: clean("goes back"), kubectl: "kubectl undo" }),
      ],
    });
    expect(lines.filter((line) => /fix|kubectl/.test(line))).toEqual([
      "  fix 1 (51 %, before a likelier one because it is gentler: the release stays): Restart Deployment shop/carts: starts anew",
      "    kubectl restart",
      "  fix 2 (67 %): Roll back Deployment shop/carts: goes back",
      "    kubectl undo",
    ]);
  });

  test("what a fix still needs", () => {
    const needs = [{ name: "value", why: "it was never set here" }];
    expect(told({ recommendations: [fix({ needs })] })).toContain("    needs value: it was never set here");
  });

  test("the first fix is not told by the summary as well", () => {
    const advice = "The surest way out is to change resources of Deployment shop/carts, which puts the limit back.";
    const summary = clean(`${diagnosis.summary} ${advice}`);
    const lines = told({ diagnosis: { ...diagnosis, summary }, recommendations: [fix({})] });
    expect(lines.join("\n")).toContain(diagnosis.summary);
    expect(lines.join("\n")).not.toContain("The surest way out");
  });

  test("an error that the summary quotes is not quoted again", () => {
    const error = "Readiness probe failed: HTTP probe failed with statuscode: 404";
    const lines = told({
      diagnosis: { ...diagnosis, summary: clean(`The probe keeps carts out: ${error}. It came with a rollout.`) },
      evidence: [{ ...quoted, text: clean(`Warning Unhealthy Pod carts-1: ${error}`) }],
    });
    expect(lines).toContain("    E1 Warning Unhealthy Pod carts-1: as above");
  });

  test("last words are shown, not only announced", () => {
    const text = clean("Last lines of container carts before it ended:\na\nb\nstarting\nERROR no AUDIT_LEVEL");
    expect(told({ evidence: [{ ...quoted, text }] }).slice(4, 8)).toEqual([
      "    E1 Last lines of container carts before it ended:",
      "      b",
      "      starting",
      "      ERROR no AUDIT_LEVEL",
    ]);
  });

  test("the day is told once, and again where it is another one", () => {
    const [, line] = told({}, { resolvedAt: "2026-11-21T00:41:00Z" });
    expect(line).toBe(
      "  critical, since 2026-11-20 22:39:50 UTC, raised 22:39:55 UTC, resolved 2026-11-21 00:41:00 UTC",
    );
  });

  test("an incident that became a part of another is not called resolved", () => {
    const [, line] = told({}, { resolvedAt: "2026-11-20T22:41:00Z", mergedInto: "3" });
    expect(line).toBe(
      "  critical, since 2026-11-20 22:39:50 UTC, raised 22:39:55 UTC, merged into incident 3 at 22:41:00 UTC",
    );
  });
});
