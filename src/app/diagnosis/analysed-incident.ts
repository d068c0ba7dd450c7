import type { Diagnosis } from "../../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../../incident/diagnosis/evidence.ts";
import { placeInOrder } from "../../incident/fix/place-in-order.ts";
import type { Recommendation } from "../../incident/fix/recommendation.ts";
import type { Incident } from "../../incident/incident.ts";
import { isoTime } from "../../lib/clock.ts";
import type { AnalysedIncident } from "./analysis-result.ts";

/** An incident of a recording as far as it has come. */
export interface CaseSoFar {
  incident: Incident;
  resolvedAt?: number;
  mergedInto?: string;
  diagnosis?: Diagnosis;
  recommendations: readonly Recommendation[];
  evidence: readonly Evidence[];
}

/** As it is printed. */
export function analysedIncident(one: CaseSoFar): AnalysedIncident {
  const { incident, diagnosis, recommendations, evidence, resolvedAt, mergedInto } = one;
  return {
    id: incident.id,
    openedAt: isoTime(incident.openedAt),
    onset: isoTime(incident.onset),
    severity: incident.severity,
    title: incident.title,
    target: incident.target,
    affected: incident.affected,
    anomalies: incident.anomalies.map(({ startsAt, detectedAt, endsAt, ...rest }) => ({
      ...rest,
      startsAt: isoTime(startsAt),
      detectedAt: isoTime(detectedAt),
      ...(endsAt === undefined ? {} : { endsAt: isoTime(endsAt) }),
    })),
    diagnosis: {
      by: diagnosis?.by ?? "rules",
      summary: diagnosis?.summary ?? "",
      inconclusive: diagnosis?.inconclusive ?? true,
      hypotheses: diagnosis?.hypotheses ?? [],
      ruledOut: diagnosis?.ruledOut ?? [],
      blastRadius: diagnosis?.blastRadius ?? [],
      confidenceReason: diagnosis?.confidenceReason ?? "",
      questions: diagnosis?.questions ?? [],
      runbooks: diagnosis?.runbooks ?? [],
    },
    recommendations: recommendations.map((fix) => {
      const { action, target, params, needs, confidence, reason, kubectl } = fix;
      const place = placeInOrder(fix, recommendations);
      return { action, target, params, needs, confidence, reason, ...(place === undefined ? {} : { place }), kubectl };
    }),
    evidence: evidence.map(({ id, source, about, query, status, text, at }) => ({
      id,
      source,
      about,
      query,
      status,
      text,
      at: isoTime(at),
    })),
    ...(resolvedAt === undefined ? {} : { resolvedAt: isoTime(resolvedAt) }),
    ...(mergedInto === undefined ? {} : { mergedInto }),
  };
}
