import type { Anomaly } from "../incident/anomaly.ts";
import { type ObjectRef, refKey } from "../incident/object-ref.ts";
import { worse } from "../incident/severity.ts";
import type { Detector, Finding, Nature } from "./detector.ts";

/** An anomaly with what grouping needs to know about it and readers do not. */
export interface LiveAnomaly {
  readonly anomaly: Anomaly;
  readonly nature: Nature;
  readonly headline: string;
  readonly blames: readonly ObjectRef[];
  readonly related: readonly ObjectRef[];
  /** Its detector only corroborates. */
  readonly soft: boolean;
  /** Its detector sees it going; it must not open an incident now. */
  readonly fading: boolean;
  /** Taken over from another process, and not found again here yet. */
  readonly adopted?: true;
  /** Last tick in which its detector reported it (ms). */
  readonly lastSeenAt: number;
}

/**
 * Equal for the same detector, object, reason and detail, in every process and version: stored incidents go on under
 * it.
 */
export function fingerprintOf(detector: string, finding: Finding): string {
  return `${detector}|${refKey(finding.target)}|${finding.reason}${finding.detail === undefined ? "" : `|${finding.detail}`}`;
}

function anomalyOf(
  detector: Detector,
  finding: Finding,
  fingerprint: string,
  now: number,
  known: Anomaly | undefined,
): Anomaly {
  const { reason, target, seenOn, score = 1, severity, summary, series, value, expected, unit, advice } = finding;
  return {
    fingerprint,
    detector: detector.name,
    family: detector.family,
    reason,
    target,
    ...(seenOn ? { seenOn } : {}),
    score,
    // The worst so far: a share that swings around a line must not make the incident swing.
    severity: known ? worse(severity, known.severity) : severity,
    summary,
    startsAt: Math.min(finding.startsAt, known?.startsAt ?? now, now),
    detectedAt: known?.detectedAt ?? now,
    ...(series ? { series } : {}),
    ...(value === undefined ? {} : { value }),
    ...(expected === undefined ? {} : { expected }),
    ...(unit === undefined ? {} : { unit }),
    ...(advice ? { advice } : {}),
  };
}

/** The anomaly that a finding is, taking over onset and first detection from what was known. */
export function liveAnomaly(detector: Detector, finding: Finding, now: number, known?: LiveAnomaly): LiveAnomaly {
  const fingerprint = known?.anomaly.fingerprint ?? fingerprintOf(detector.name, finding);
  return {
    anomaly: anomalyOf(detector, finding, fingerprint, now, known?.anomaly),
    nature: finding.nature ?? detector.nature,
    headline: finding.headline,
    blames: finding.blames ?? [],
    related: finding.related ?? [],
    soft: detector.corroborates ?? false,
    fading: finding.fading ?? false,
    lastSeenAt: now,
  };
}
