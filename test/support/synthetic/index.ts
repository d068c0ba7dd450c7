import { resolve } from "node:path";
import type { AnalysisResult } from "../../../src/app/diagnosis/analysis-result.ts";
import { analyzeRecording } from "../../../src/app/diagnosis/analyze-recording.ts";
import { loadRecording, type Recording } from "../../../src/replay/recording/load-recording.ts";
import { recordedSignals } from "../../../src/replay/recording/recorded-signals.ts";
import { type BaseShop, takeQuietStretch } from "./base-shop.ts";
import { hideCalls } from "./hide-calls.ts";
import { breadthScenarios } from "./scenarios/breadth.ts";
import { configurationScenarios } from "./scenarios/configuration.ts";
import { decoyScenarios } from "./scenarios/decoys.ts";
import { lookAlikeScenarios } from "./scenarios/look-alikes.ts";
import { matrixScenarios } from "./scenarios/matrix.ts";
import { pairScenarios } from "./scenarios/pairs.ts";
import { platformStories } from "./scenarios/post-mortems-platform.ts";
import { serviceStories } from "./scenarios/post-mortems-services.ts";
import { quietScenarios } from "./scenarios/quiet.ts";
import type { Expectation, Scenario } from "./scenarios/scenario.ts";
import { storageScenarios } from "./scenarios/storage.ts";
import { otherwiseStories } from "./scenarios/stories-otherwise.ts";
import { trafficScenarios } from "./scenarios/traffic.ts";
import { unforeseenScenarios } from "./scenarios/unforeseen.ts";
import { workloadScenarios } from "./scenarios/workloads.ts";
import { type Stage, synthesize } from "./world.ts";

export type { Scenario } from "./scenarios/scenario.ts";

/** The scenarios by what they have in common. */
export const families = {
  configuration: configurationScenarios,
  workloads: workloadScenarios,
  storage: storageScenarios,
  traffic: trafficScenarios,
  matrix: matrixScenarios,
  breadth: breadthScenarios,
  decoys: decoyScenarios,
  quiet: quietScenarios,
  unforeseen: unforeseenScenarios,
  pairs: pairScenarios,
  "post-mortems of platforms": platformStories,
  "post-mortems of services": serviceStories,
  "look-alikes": lookAlikeScenarios,
  "stories told otherwise": otherwiseStories,
} satisfies Readonly<Record<string, readonly Scenario[]>>;

export const scenarios: readonly Scenario[] = Object.values(families).flat();

const stretches = {
  meadow: [
    { folder: "meadow-03", from: "2026-11-20T22:57:00Z", to: "2026-11-20T23:02:00Z" },
    { folder: "meadow-05", from: "2026-11-20T23:23:10Z", to: "2026-11-20T23:28:05Z" },
    { folder: "meadow-day", from: "2026-11-20T23:08:00Z", to: "2026-11-20T23:13:00Z" },
  ],
  "sock-shop": [
    { folder: "sock-shop-06", from: "2026-11-20T23:31:30Z", to: "2026-11-20T23:36:50Z" },
    { folder: "sock-shop-03", from: "2026-11-20T22:57:00Z", to: "2026-11-20T23:02:30Z" },
    { folder: "sock-shop-day", from: "2026-11-20T22:45:30Z", to: "2026-11-20T22:51:00Z" },
  ],
} as const;

export const stage: Stage = { injectAfterMs: 330_000, fixAfterMs: 620_000, endAfterMs: 800_000 };

/**
 * The quiet stretches that scenarios are built upon, from the recordings below `root`. The first pair is in the
 * repository; others (`which` 1, 2) need all recordings.
 */
export async function loadBases(
  root: string,
  which: 0 | 1 | 2 = 0,
): Promise<Readonly<Record<Scenario["shop"], BaseShop>>> {
  const load = async (shop: Scenario["shop"]) => {
    const { folder, from, to } = stretches[shop][which];
    return takeQuietStretch(await loadRecording(resolve(root, folder)), Date.parse(from), Date.parse(to));
  };
  return { meadow: await load("meadow"), "sock-shop": await load("sock-shop") };
}

export interface Outcome {
  readonly scenario: Scenario;
  readonly recording: Recording;
  readonly result: AnalysisResult;
  /** What is wrong; empty when everything is as expected. */
  readonly misses: readonly string[];
}

const fits = (pattern: string, text: string) =>
  pattern === text || (pattern.endsWith("*") && text.startsWith(pattern.slice(0, -1)));

function judge(expected: Expectation, incident: AnalysisResult["incidents"][number]): string[] {
  const best = incident.diagnosis.hypotheses[0];
  if (!best || (incident.diagnosis.inconclusive && !expected.mayDoubt))
    return [`inconclusive (${best?.cause ?? "no hypothesis"})`];
  const culprit = `${best.culprit.kind}/${best.culprit.name}`;
  const misses: string[] = [];
  if (!expected.causes.includes(best.cause)) misses.push(`cause ${best.cause}`);
  if (!expected.culprits.some((pattern) => fits(pattern, culprit))) misses.push(`culprit ${culprit}`);
  const offers = incident.recommendations
    .slice(0, 2)
    .map(({ action, target }) => `${action} ${target.kind}/${target.name}`);
  if (!offers.some((offer) => expected.fixes.some((pattern) => fits(pattern, offer))))
    misses.push(`fix ${offers.join(", ") || "none"}`);
  return misses;
}

/** Nothing says who calls whom until so long after the beginning (ms). */
export interface HiddenCalls {
  readonly untilMs: number;
}

/** Synthesizes one scenario, analyses it as `kubemend analyze` does, and compares. */
export async function runScenario(
  scenario: Scenario,
  bases: Readonly<Record<Scenario["shop"], BaseShop>>,
  seed = 7,
  calls?: HiddenCalls,
): Promise<Outcome> {
  const played = synthesize(bases[scenario.shop], scenario.id, scenario.script, stage, seed);
  const whole = scenario.after?.(played) ?? played;
  const recording = calls ? hideCalls(whole, whole.start + calls.untilMs) : whole;
  const result = await analyzeRecording({
    cluster: scenario.id,
    start: recording.start,
    end: recording.end,
    tickMs: recording.header.scrapeIntervalSeconds * 1_000,
    signals: recordedSignals(recording),
  });
  const injected = recording.start + stage.injectAfterMs;
  const misses: string[] = [];
  // What was merged into another one is a part of that.
  const incidents = result.incidents.filter(({ mergedInto }) => mergedInto === undefined);
  for (const { openedAt, title } of incidents) if (Date.parse(openedAt) < injected) misses.push(`before: ${title}`);
  if (incidents.length !== scenario.expect.length)
    misses.push(
      `${incidents.length} incidents, not ${scenario.expect.length}: ${incidents.map(({ title }) => title).join(" | ")}`,
    );
  const open = [...incidents];
  for (const expected of scenario.expect) {
    const judged = open.map((incident) => ({ incident, misses: judge(expected, incident) }));
    judged.sort((a, b) => a.misses.length - b.misses.length);
    const [nearest] = judged;
    if (!nearest) continue;
    misses.push(...nearest.misses);
    open.splice(open.indexOf(nearest.incident), 1);
    const { resolvedAt } = nearest.incident;
    if (resolvedAt === undefined) misses.push("never resolved");
    else if (Date.parse(resolvedAt) < recording.start + stage.fixAfterMs) misses.push("resolved before the fix");
  }
  return { scenario, recording, result, misses };
}
