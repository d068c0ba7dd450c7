import { causeText } from "../../incident/diagnosis/cause-text.ts";
import type { OutcomeCounts } from "../../incident/diagnosis/past-incident.ts";
import { refKey, uniqueRefs } from "../../incident/object-ref.ts";
import type { Candidate } from "../case/candidate.ts";
import type { Case } from "../case/case.ts";
import { missingSight } from "../case/sight.ts";
import { causeWeights, probabilityOf, type Standing } from "./cause-confidence.ts";
import { closenessOf, isLate } from "./closeness.ts";
import { calibratedCause, ceiling, type Features, logit, marginOf, probabilities } from "./confidence.ts";
import { explainedShare } from "./explains.ts";
import { shadowOf } from "./shadow-of.ts";

/** A cause with what is believed of it, 0..1, and what that was worked out from. */
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

/** Causes shown to people; those after them are named as ruled out. */
const shown = 6;
/** Below this a cause is not worth a line, unless it is the first. */
const leastProbability = 0.02;

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

/** Why a cause that nothing rules out is not shown, in words for people. */
function whyNot(features: Features, shadow: Candidate | undefined): string {
  if (shadow) return `${causeText(shadow.cause, shadow.culprit)} explains the same symptoms more exactly`;
  if (features.late) return "the change came after the first symptoms";
  return features.explains < 0.3 ? "it explains too little of what is seen" : "other causes fit better";
}

/**
 * Weighs candidates against each other: how exactly each is seen, how much of the incident it explains along the topology,
 * how near its change is, what speaks against it, and whether another one makes it unnecessary.
 * @param outcomesOf how often a candidate's cause turned out right or wrong when it was named before
 */
export function rank(
  open: Case,
  candidates: readonly Candidate[],
  outcomesOf: (item: Candidate) => OutcomeCounts,
): Ranking {
  const all = merged(candidates.filter((item) => item.ruledOut === undefined));
  const explains = new Map(all.map((item) => [item, explainedShare(open, item)]));
  const rows = all.map((item) => {
    const shadow = shadowOf(open, item, all, explains);
    const features: Features = {
      specificity: item.specificity,
      explains: explains.get(item) ?? 0,
      closeness: closenessOf(open, item),
      contradictions: item.against.length,
      late: isLate(open, item),
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
          reason: whyNot(row.features, row.shadow),
        })),
    ].slice(0, 12),
  };
}
