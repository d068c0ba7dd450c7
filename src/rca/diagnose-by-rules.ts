import type { Diagnosis } from "../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../incident/diagnosis/evidence.ts";
import type { History, PastIncident, RejectedCause } from "../incident/diagnosis/past-incident.ts";
import type { Recommendation } from "../incident/fix/recommendation.ts";
import { sameRef } from "../incident/object-ref.ts";
import { messageOf } from "../lib/app-error.ts";
import { type Candidate, candidate, type Rule } from "./case/candidate.ts";
import { type Case, type CaseInput, openCase } from "./case/case.ts";
import { gatherBase } from "./case/gather-base.ts";
import { recommend } from "./recommend/recommend.ts";
import { logViewOf } from "./report/log-view.ts";
import { questionsFor } from "./report/questions.ts";
import { blastRadiusOf, summaryOf } from "./report/summary.ts";
import { timelineOf } from "./report/timeline.ts";
import { rules } from "./rules/registry.ts";
import { citeRunbooks } from "./runbooks/cite-runbooks.ts";
import type { Runbooks } from "./runbooks/read-runbooks.ts";
import { noOutcomes } from "./weigh/confidence.ts";
import { confidenceReason } from "./weigh/confidence-reason.ts";
import { type Ranking, rank } from "./weigh/rank.ts";

export interface RulesInput extends CaseInput {
  /** Counts the diagnoses of one incident, from 1. */
  readonly version: number;
  readonly history?: History;
  /** What the owner of the cluster has written down for such cases. */
  readonly runbooks?: Runbooks | undefined;
}

export interface Diagnosed {
  readonly diagnosis: Diagnosis;
  readonly evidence: readonly Evidence[];
  readonly recommendations: readonly Recommendation[];
}

/**
 * Below this the first hypothesis is not worth acting on without a question: of answers about faults that the calibration had
 * not seen, fewer than half were right under it (`npm run evals -- calibration`).
 */
const decided = 0.7;
const clearGap = 0.15;

/** The nearest common thing: what everything with symptoms depends on, or the incident's own target. */
function unknownCandidate(open: Case): Candidate {
  const common = open.scope.find((ref) =>
    open.symptomatic.every(
      (other) => other === ref || open.topology.dependenciesOf(other).some((item) => item.name === ref.name),
    ),
  );
  const culprit = common ?? open.symptomatic[0] ?? open.incident.target;
  return candidate(
    {
      cause: "unknown",
      culprit,
      statement: `nothing in the data says why ${culprit.kind} ${culprit.name} is in trouble`,
      evidence: open.book
        .fresh()
        .slice(0, 4)
        .map((entry) => entry.id),
      specificity: 0.2,
    },
    open,
  );
}

/** A rule that trips over an object it has never seen must not take the other rules with it; the book says that it failed. */
function guarded(name: string, rule: Rule, open: Case): readonly Candidate[] {
  try {
    return rule(open);
  } catch (error) {
    open.cite({
      source: "object",
      about: open.incident.target,
      query: `rule ${name}`,
      text: `The rule ${name} failed: ${messageOf(error, 200)}`,
      at: open.now,
      status: "error",
    });
    return [];
  }
}

/** People on the spot know more than any rule: what one of them ruled out is not offered again in this incident. */
function unlessRejected(item: Candidate, rejected: readonly RejectedCause[]): Candidate {
  const verdict = rejected.find((one) => one.cause === item.cause && sameRef(one.culprit, item.culprit));
  return verdict && item.ruledOut === undefined
    ? { ...item, ruledOut: `${verdict.by} says that it is not the cause` }
    : item;
}

/**
 * Where somebody has ruled out what fits best, the evidence has misled: what comes next must not take over its certainty. As
 * much as this is left to it, which is less than it takes to be named without a question.
 */
const mostAfterDoubt = 0.6;

function withDoubt(ranking: Ranking, doubtedBy: string | undefined): Ranking {
  const top = ranking.hypotheses[0]?.probability ?? 0;
  if (doubtedBy === undefined || top <= mostAfterDoubt)
    return doubtedBy === undefined ? ranking : { ...ranking, doubtedBy };
  const hypotheses = ranking.hypotheses.map((one) => ({
    ...one,
    probability: (one.probability * mostAfterDoubt) / top,
  }));
  return { ...ranking, hypotheses, doubtedBy };
}

/** Opens the case, runs every rule, ranks what they find. Used alone and as the ground on which a model works. */
export function examine(input: RulesInput): { readonly open: Case; readonly ranking: Ranking } {
  const open = openCase(input);
  const found = Object.entries(rules).flatMap(([name, rule]) => guarded(name, rule, open));
  const rejected = input.history?.rejected ?? [];
  const candidates = found.map((item) => unlessRejected(item, rejected));
  gatherBase(open, input.history?.similar ?? []);
  const all = candidates.some((item) => item.ruledOut === undefined)
    ? candidates
    : [...candidates, unknownCandidate(open)];
  const outcomes = (item: Candidate) => input.history?.outcomes.cause(item.cause) ?? noOutcomes;
  const ranking = rank(open, all, outcomes);
  if (rejected.length === 0) return { open, ranking };
  const best = rank(open, found, outcomes).hypotheses[0]?.candidate;
  const doubted = best && rejected.find((one) => one.cause === best.cause && sameRef(one.culprit, best.culprit));
  return { open, ranking: withDoubt(ranking, doubted?.by) };
}

/** What is less alike is worth a look when somebody asks for a cause, and no news to who has been woken. */
const worthTelling = 0.6;
const pastShown = 3;

function seenBefore(similar: readonly PastIncident[]): Pick<Diagnosis, "past"> {
  const past = similar
    .filter(({ similarity }) => similarity >= worthTelling)
    .slice(0, pastShown)
    .map(({ title: _title, ...one }) => one);
  return past.length > 0 ? { past } : {};
}

/** Words a ranking as a diagnosis, without a model. */
export function wordByRules(input: RulesInput, open: Case, ranking: Ranking): Diagnosed {
  const { redact, incident, now, version } = input;
  const { hypotheses } = ranking;
  const recommendations = recommend(
    open,
    hypotheses,
    redact,
    (ranked, action) => input.history?.outcomes.fix(ranked.candidate.cause, action) ?? noOutcomes,
  );
  const [best, second] = hypotheses;
  const inconclusive =
    !best ||
    best.candidate.cause === "unknown" ||
    best.probability < decided ||
    best.probability - (second?.probability ?? 0) < clearGap;
  const questions = inconclusive
    ? questionsFor(
        hypotheses.map((row) => row.candidate),
        best?.standing.missing,
      )
    : [];
  const blastRadius = blastRadiusOf(open, best);
  const runbooks = input.runbooks ? citeRunbooks(open, best, input.runbooks) : [];
  const concerned =
    best && !inconclusive
      ? [best.candidate.culprit, ...best.candidate.hits, ...blastRadius, ...open.symptomatic]
      : undefined;
  const logView = logViewOf(open, redact, concerned);
  const reason = confidenceReason(hypotheses);
  const doubt = ranking.doubtedBy && `${ranking.doubtedBy} has ruled out what fits better`;
  const because = [...(reason === undefined ? [] : [reason]), ...(doubt ? [doubt] : [])].join("; ") || undefined;
  const diagnosis: Diagnosis = {
    incidentId: incident.id,
    version,
    madeAt: now,
    by: "rules",
    summary: redact(summaryOf({ open, hypotheses, blastRadius, recommendations, inconclusive, questions })),
    hypotheses: hypotheses.map(({ candidate: item, probability, features }) => ({
      cause: item.cause,
      culprit: item.culprit,
      probability,
      statement: redact(item.statement.replace(/\s+/g, " ")),
      evidence: [...new Set(item.evidence)].slice(0, 10),
      against: item.against.slice(0, 5),
      explains: features.explains,
    })),
    ruledOut: ranking.ruledOut.map(({ candidate: item, reason }) => ({
      cause: item.cause,
      culprit: item.culprit,
      reason: redact(reason),
    })),
    timeline: timelineOf(open, redact),
    ...(logView ? { logView } : {}),
    blastRadius,
    inconclusive,
    questions,
    ...(runbooks.length > 0 ? { runbooks } : {}),
    ...(because === undefined ? {} : { confidenceReason: because }),
    ...seenBefore(input.history?.similar ?? []),
  };
  return { diagnosis, evidence: open.book.entries(), recommendations };
}

/** A diagnosis by rules alone: synchronous, reads only, the same input gives the same answer. */
export function diagnoseByRules(input: RulesInput): Diagnosed {
  const { open, ranking } = examine(input);
  return wordByRules(input, open, ranking);
}
