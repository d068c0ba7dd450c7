import { type Anomaly, starvingReasons } from "../../incident/anomaly.ts";
import { causeText } from "../../incident/cause-text.ts";
import { refKey, sameRef, uniqueRefs } from "../../incident/object-ref.ts";
import type { OutcomeCounts } from "../../incident/past-incident.ts";
import type { Severity } from "../../incident/severity.ts";
import { beganAt } from "../case/began-at.ts";
import type { Candidate } from "../case/candidate.ts";
import { type Case, workloadsFor } from "../case/case.ts";
import { missingSight } from "../case/sight.ts";
import { causeWeights, probabilityOf, type Standing } from "./cause-confidence.ts";
import { calibratedCause, ceiling, type Features, logit, marginOf, probabilities } from "./confidence.ts";
import { suffersElse } from "./suffers-else.ts";

export interface Ranked {
  readonly candidate: Candidate;
  readonly features: Features;
  readonly probability: number;
  readonly standing: Standing;
}

export interface Ranking {
  /** Best first, at most six. */
  readonly hypotheses: readonly Ranked[];
  readonly ruledOut: readonly { readonly candidate: Candidate; readonly reason: string }[];
  /** Who has ruled out what would stand first; the certainty of the others is less by that. */
  readonly doubtedBy?: string;
}

const severityWeight: Readonly<Record<Severity, number>> = { critical: 4, high: 3, medium: 2, low: 1 };
const closeMs = 8 * 60_000;
/** Clocks of the API server, the kubelet and the scraper differ by this much. */
const slackMs = 20_000;
const shown = 6;
const leastProbability = 0.02;

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

function explainedShare(open: Case, item: Candidate): number {
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
 * When the trouble of what the candidate hits began. A detector that looks at a window may date it to the window's beginning:
 * one start alone, earlier than all the others, does not count.
 */
function firstHit(open: Case, item: Candidate): number {
  const times = item.hits.flatMap((hit) => open.anomaliesOf(hit)).map((anomaly) => anomaly.startsAt);
  return beganAt(times) ?? Math.max(open.onset, item.since);
}

function closenessOf(open: Case, item: Candidate): number {
  if (!item.change) return 0;
  const gap = firstHit(open, item) - item.change.at;
  return gap < -slackMs ? 0 : Math.exp(-Math.max(0, gap) / closeMs);
}

/** True when another candidate makes this one unnecessary: it sees the same thing more exactly, or lies below it in the topology. */
function overshadows(open: Case, strong: Candidate, weak: Candidate): boolean {
  if (strong === weak || strong.specificity < 0.75) return false;
  const gap = strong.specificity - weak.specificity;
  const shared = weak.hits.some((hit) => strong.hits.some((other) => sameRef(other, hit)));
  if (shared) return gap >= 0.03;
  const callers = new Set(strong.hits.flatMap((hit) => open.topology.dependentsOf(hit)).map(refKey));
  // A caller may have its own trouble at the same time; what it sees exactly, with its own change, stands.
  return (
    weak.hits.every((hit) => callers.has(refKey(hit)) && !suffersElse(open, hit, strong)) &&
    gap >= -0.05 &&
    !(weak.change && weak.specificity >= 0.9)
  );
}

/** The share of what the incident is named after that a candidate explains, 0..1. */
function explainsTarget(open: Case, item: Candidate): number {
  const { target, anomalies } = open.incident;
  const own = anomalies.filter((anomaly) => sameRef(anomaly.target, target) && !starvingReasons.has(anomaly.reason));
  return own.length === 0 ? 1 : own.reduce((sum, anomaly) => sum + explainsOne(open, item, anomaly), 0) / own.length;
}

/**
 * Real, but not what this incident is about: nothing that it hits has a symptom here, the little it explains is callers that it
 * shares with a candidate that explains nearly all, or at least more, and what the incident is named after.
 */
function isAnothersIncident(
  open: Case,
  strong: Candidate,
  weak: Candidate,
  explains: ReadonlyMap<Candidate, number>,
): boolean {
  if (strong === weak || strong.specificity < 0.5) return false;
  if (weak.hits.some((hit) => open.anomaliesOf(hit).length > 0)) return false;
  const more = (explains.get(strong) ?? 0) - (explains.get(weak) ?? 0);
  return (
    (more >= 0.6 && strong.specificity >= 0.6) ||
    (more >= 0.2 && explainsTarget(open, strong) - explainsTarget(open, weak) >= 0.4)
  );
}

function overshadowReason(strong: Candidate): string {
  return `${causeText(strong.cause, strong.culprit)} explains the same symptoms more exactly`;
}

/** One candidate a cause and culprit: the most specific one, with the evidence of all. */
function merged(candidates: readonly Candidate[]): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  for (const item of candidates) {
    const key = `${item.cause}|${refKey(item.culprit)}`;
    const known = found.get(key);
    if (!known) {
      found.set(key, item);
      continue;
    }
    const [best, other] = item.specificity > known.specificity ? [item, known] : [known, item];
    found.set(key, {
      ...best,
      hits: uniqueRefs([...best.hits, ...other.hits]),
      evidence: [...new Set([...best.evidence, ...other.evidence])].slice(0, 10),
    });
  }
  return [...found.values()];
}

/** What is believed of each cause: the first as its standing was measured to mean, the others share what is left in proportion. */
function beliefs(shares: readonly number[], standings: readonly Standing[]): readonly number[] {
  const [first] = standings;
  if (!first) return [];
  const top = Math.min(ceiling, probabilityOf(first, causeWeights()));
  const rest = Math.max(1e-9, 1 - (shares[0] ?? 0));
  return shares.map((share, i) => (i === 0 ? top : Math.min(top, (share / rest) * (1 - top))));
}

/**
 * Weighs candidates against each other: how exactly each is seen, how much of the incident it explains along the topology,
 * how near its change is, what speaks against it, and whether another one makes it unnecessary.
 */
export function rank(
  open: Case,
  candidates: readonly Candidate[],
  outcomesOf: (item: Candidate) => OutcomeCounts,
): Ranking {
  const all = merged(candidates.filter((item) => item.ruledOut === undefined));
  const explains = new Map(all.map((item) => [item, explainedShare(open, item)]));
  const rows = all.map((item) => {
    const shadow = all
      .filter((other) => overshadows(open, other, item) || isAnothersIncident(open, other, item, explains))
      .sort((a, b) => b.specificity - a.specificity)[0];
    const late = item.change !== undefined && item.change.at > firstHit(open, item) + slackMs;
    const features: Features = {
      specificity: item.specificity,
      explains: explains.get(item) ?? 0,
      closeness: closenessOf(open, item),
      contradictions: item.against.length,
      late,
      overshadowed: shadow !== undefined,
    };
    return { candidate: item, features, shadow, logit: logit(features) };
  });
  rows.sort((a, b) => b.logit - a.logit);
  const logits = rows.map((row) => row.logit);
  const missing = missingSight(open);
  const ageMs = Math.max(0, open.now - open.onset);
  const standings = rows.map(
    ({ features }, i): Standing => ({ margin: marginOf(logits, i), features, missing, ageMs }),
  );
  const believed = beliefs(probabilities(logits), standings);
  const ranked = rows
    .map((row, i) => ({
      ...row,
      standing: standings[i] as Standing,
      probability: calibratedCause(believed[i] ?? 0, outcomesOf(row.candidate)),
    }))
    .sort((a, b) => b.probability - a.probability);
  const kept = ranked.filter((row, i) => i === 0 || (row.probability >= leastProbability && i < shown));
  const sum = kept.reduce((total, row) => total + row.probability, 0);
  const scale = sum > 1 ? 1 / sum : 1;
  return {
    hypotheses: kept.map(({ candidate, features, standing, probability }) => ({
      candidate,
      features,
      standing,
      probability: probability * scale,
    })),
    ruledOut: [
      ...candidates.flatMap((item) =>
        item.ruledOut === undefined ? [] : [{ candidate: item, reason: item.ruledOut }],
      ),
      ...ranked
        .filter((row) => !kept.includes(row))
        .map((row) => ({
          candidate: row.candidate,
          reason: row.shadow
            ? overshadowReason(row.shadow)
            : row.features.late
              ? "the change came after the first symptoms"
              : row.features.explains < 0.3
                ? "it explains too little of what is seen"
                : "other causes fit better",
        })),
    ].slice(0, 12),
  };
}
