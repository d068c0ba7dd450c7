import { type Anomaly, starvingReasons } from "../../incident/anomaly.ts";
import { type ObjectRef, sameRef } from "../../incident/object-ref.ts";
import type { Severity } from "../../incident/severity.ts";
import type { Candidate } from "../case/candidate.ts";
import { type Case, workloadsFor } from "../case/case.ts";
import { suffersElse } from "./suffers-else.ts";

const severityWeight: Readonly<Record<Severity, number>> = { critical: 4, high: 3, medium: 2, low: 1 };

/** 0..1: how well a candidate explains one anomaly. Callers of what it hits suffer with it; a caller's own crash less surely so. */
function explainsOne(open: Case, item: Candidate, anomaly: Anomaly): number {
  if (sameRef(anomaly.target, item.culprit)) return 1;
  const targets = workloadsFor(open.topology, open.observation, anomaly.target);
  const touched = [anomaly.target, ...(anomaly.seenOn ? [anomaly.seenOn] : []), ...targets];
  if (touched.some((ref) => item.hits.some((hit) => sameRef(hit, ref)))) return 1;
  // Who is down or fails asks nobody anything: requests stay away from what it calls.
  if (starvingReasons.has(anomaly.reason)) {
    const askers = targets.flatMap((ref) => open.topology.dependentsOf(ref));
    if (askers.some((ref) => item.hits.some((hit) => sameRef(hit, ref)))) return 0.9;
  }
  const callers = item.hits.flatMap((hit) => open.topology.dependentsOf(hit));
  const caller = targets.find((ref) => callers.some((one) => sameRef(one, ref)));
  if (!caller) return 0;
  if (suffersElse(open, caller, item)) return 0.1;
  return anomaly.family === "state" || anomaly.family === "event" ? 0.6 : 0.95;
}

/** Does a candidate explain each of these for the most part? */
export function explainsEach(open: Case, item: Candidate, anomalies: readonly Anomaly[]): boolean {
  return anomalies.every((anomaly) => explainsOne(open, item, anomaly) >= 0.5);
}

/** Workloads in trouble of which a candidate explains nothing: they have another cause, or it is not this one. */
export function unexplainedBy(open: Case, item: Candidate): readonly ObjectRef[] {
  return open.symptomatic.filter((ref) =>
    open.anomaliesOf(ref).every((anomaly) => explainsOne(open, item, anomaly) < 0.5),
  );
}

/**
 * 0..1: the share of all of an incident's symptoms that a candidate explains. The more severe and the more striking ones
 * count for more; without any it is 0.5, which speaks neither for nor against it.
 */
export function explainedShare(open: Case, item: Candidate): number {
  let total = 0;
  let explained = 0;
  for (const anomaly of open.incident.anomalies) {
    const weight = severityWeight[anomaly.severity] * Math.max(0.2, anomaly.score);
    total += weight;
    explained += weight * explainsOne(open, item, anomaly);
  }
  return total === 0 ? 0.5 : explained / total;
}

/**
 * 0..1: the share of what the incident is named after that a candidate explains. Requests that stay away are left out: they
 * say something about callers.
 */
export function explainsTarget(open: Case, item: Candidate): number {
  const { target, anomalies } = open.incident;
  const own = anomalies.filter((anomaly) => sameRef(anomaly.target, target) && !starvingReasons.has(anomaly.reason));
  return own.length === 0 ? 1 : own.reduce((sum, anomaly) => sum + explainsOne(open, item, anomaly), 0) / own.length;
}
