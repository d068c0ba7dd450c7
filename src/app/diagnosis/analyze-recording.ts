import { createObservation } from "../../cluster/observation.ts";
import type { Signal } from "../../cluster/signal.ts";
import { createDetectionEngine } from "../../detection/engine/engine.ts";
import { topologyRisks } from "../../detection/hygiene/topology-risk.ts";
import type { Diagnosis } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import type { Incident } from "../../incident/incident.ts";
import { diagnoseByRules } from "../../rca/diagnose-by-rules.ts";
import { createRedactor } from "../../rca/redact/redactor.ts";
import { repairUnderWay } from "../../rca/repair-under-way.ts";
import type { Runbooks } from "../../rca/runbooks/read-runbooks.ts";
import { analysedIncident, type CaseSoFar } from "./analysed-incident.ts";
import type { AnalysisResult } from "./analysis-result.ts";
import { nextDiagnosisAt } from "./diagnosis-schedule.ts";

export interface AnalyzeInput {
  readonly cluster: string;
  /** Unix ms. */
  readonly start: number;
  readonly end: number;
  readonly tickMs: number;
  /** In order of arrival. */
  readonly signals: Iterable<Signal>;
  readonly runbooks?: Runbooks | undefined;
  readonly onProgress?: (at: number) => void;
  /** Told at the end about each incident that was diagnosed. */
  readonly onCase?: (one: AnalysedCase) => void;
}

export interface AnalysedCase {
  readonly incident: Incident;
  readonly diagnosis: Diagnosis;
  readonly recommendations: readonly Recommendation[];
  readonly evidence: readonly Evidence[];
}

interface Case extends CaseSoFar {
  made: number;
  lastAt: number;
  /** When the trouble came, or came back; diagnoses made since. */
  from: number;
  rounds: number;
}

/** Minutes of a recording are all there is to learn from. */
const learnMs = 3 * 60_000;

/** Runs detection and diagnosis by rules over recorded signals, in virtual time, as fast as the CPU allows. */
export async function analyzeRecording(input: AnalyzeInput): Promise<AnalysisResult> {
  const startedAt = performance.now();
  const observation = createObservation({ cluster: input.cluster });
  const { redact } = createRedactor();
  let lastId = 0;
  const engine = createDetectionEngine({ observation, nextId: () => String(++lastId), learnMs, redact });
  const cases = new Map<string, Case>();
  let ticks = 0;
  let logLines = 0;

  const diagnose = (one: Case, now: number) => {
    if (one.diagnosis && repairUnderWay(observation, one.diagnosis, one.incident.onset, now)) return;
    const made = diagnoseByRules({
      incident: one.incident,
      observation,
      now,
      redact,
      version: one.made + 1,
      previousEvidence: one.evidence,
      runbooks: input.runbooks,
    });
    one.diagnosis = made.diagnosis;
    one.recommendations = made.recommendations;
    one.evidence = made.evidence;
    one.made++;
    one.rounds++;
    one.lastAt = now;
  };
  const tick = (now: number) => {
    ticks++;
    const { changes, oneCause } = engine.tick(now);
    for (const change of changes) {
      const { incident } = change;
      const known = cases.get(incident.id);
      if (!known) {
        cases.set(incident.id, {
          incident,
          recommendations: [],
          evidence: [],
          made: 0,
          lastAt: 0,
          from: incident.openedAt,
          rounds: 0,
        });
        continue;
      }
      known.incident = incident;
      if (change.type === "cleared") known.resolvedAt = now;
      if (change.type === "recurred") {
        delete known.resolvedAt;
        delete known.mergedInto;
        known.from = now;
        known.rounds = 0;
      }
    }
    for (const { part, whole } of oneCause) {
      const known = cases.get(part.id);
      if (!known || known.resolvedAt !== undefined) continue;
      engine.merge(part.id, whole.id, now);
      known.resolvedAt = now;
      known.mergedInto = whole.id;
    }
    for (const one of cases.values()) {
      if (one.resolvedAt === undefined && now >= nextDiagnosisAt(one.from, one.rounds, one.lastAt)) diagnose(one, now);
    }
    input.onProgress?.(now);
  };

  let nextTick = input.start + input.tickMs;
  for (const signal of input.signals) {
    while (signal.at > nextTick) {
      tick(nextTick);
      nextTick += input.tickMs;
      // Lets the progress line and Ctrl-C through.
      if (ticks % 50 === 0) await new Promise((go) => setImmediate(go));
    }
    if (signal.type === "log") logLines++;
    engine.ingest(signal);
  }
  while (nextTick <= input.end) {
    tick(nextTick);
    nextTick += input.tickMs;
  }
  for (const { incident, diagnosis, recommendations, evidence } of cases.values())
    if (diagnosis) input.onCase?.({ incident, diagnosis, recommendations, evidence });
  return {
    incidents: [...cases.values()].map(analysedIncident),
    risks: topologyRisks(observation),
    stats: { ticks, series: observation.series.size, logLines, wallMs: Math.round(performance.now() - startedAt) },
  };
}
