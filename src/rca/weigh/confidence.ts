import type { ActionCode } from "../../incident/action-code.ts";
import type { CauseCode } from "../../incident/cause.ts";
import type { OutcomeCounts } from "../../incident/diagnosis/past-incident.ts";

export const noOutcomes: OutcomeCounts = { right: 0, wrong: 0 };

export interface Features {
  /** 0..1, how completely the mechanism is seen (see Candidate). */
  readonly specificity: number;
  /** 0..1, share of the incident's symptoms that it explains. */
  readonly explains: number;
  /** 0..1, nearness of the change to the first symptom; 0 without a change. */
  readonly closeness: number;
  /** Facts that speak against it. */
  readonly contradictions: number;
  /** True when other symptoms clearly began before it can have acted. */
  readonly late: boolean;
  /** Another candidate explains the same symptoms more exactly, or explains this one too. */
  readonly overshadowed: boolean;
}

/**
 * Log-odds of a candidate before it is compared with the others. These weights, set by hand, only decide the order; what the
 * first cause's lead means as a probability is fitted (cause-confidence.ts).
 */
export function logit(features: Features): number {
  return (
    -3.6 +
    6.5 * features.specificity +
    2.2 * features.explains +
    0.7 * features.closeness -
    0.9 * Math.min(2, features.contradictions) -
    (features.late ? 1.6 : 0) -
    (features.overshadowed ? 2.4 : 0)
  );
}

/** What the causes that nobody thought of weigh. */
const unknownLogit = 1.6;
/** Nothing here is ever certain. */
export const ceiling = 0.97;

/** Probabilities of exclusive explanations; together with the unknown they sum to one. */
export function probabilities(logits: readonly number[]): readonly number[] {
  const top = Math.max(unknownLogit, ...logits);
  const weights = logits.map((value) => Math.exp(value - top));
  const total = weights.reduce((sum, value) => sum + value, Math.exp(unknownLogit - top));
  return weights.map((weight) => Math.min(ceiling, weight / total));
}

/** Log-odds of one of several exclusive explanations against all the others and the unknown; not bounded as a probability is. */
export function marginOf(logits: readonly number[], index: number): number {
  const others = [unknownLogit, ...logits.filter((_, i) => i !== index)];
  const top = Math.max(...others);
  return (
    (logits[index] ?? unknownLogit) - top - Math.log(others.reduce((sum, value) => sum + Math.exp(value - top), 0))
  );
}

/** Mean of the beta posterior when the prior is worth `strength` observations (Gelman et al., Bayesian Data Analysis, 2.4). */
export function posterior(prior: number, outcomes: OutcomeCounts, strength = 8): number {
  return (prior * strength + outcomes.right) / (strength + outcomes.right + outcomes.wrong);
}

/** What a good record can add to a cause's log-odds: it breaks ties, it never puts a weak cause over a well proven one. */
const recordLogit = 0.5;

/**
 * A cause's probability, corrected by how often this cause turned out right when it was named here. A bad record lowers it as
 * the beta posterior says. A good one says that the cause is recognised when it is there, not that it is there now, so it
 * raises the odds by a bounded step only.
 */
export function calibratedCause(probability: number, outcomes: OutcomeCounts): number {
  const pulled = posterior(probability, outcomes);
  if (pulled <= probability) return pulled;
  if (outcomes.wrong >= outcomes.right) return probability;
  const odds = (probability / Math.max(1e-9, 1 - probability)) * Math.exp(recordLogit);
  return Math.min(ceiling, pulled, odds / (1 + odds));
}

/** Share of cases in which an action cures a cause, before this cluster has taught anything: by what the action does about it. */
const curePriors: Partial<Record<ActionCode, number>> = {
  "rollback-deployment": 0.9,
  "patch-resources": 0.9,
  "patch-probe": 0.92,
  "patch-selector": 0.95,
  "patch-service-port": 0.94,
  "patch-config": 0.9,
  "patch-quota": 0.93,
  "patch-role": 0.9,
  "set-env": 0.88,
  "set-image": 0.88,
  scale: 0.8,
  uncordon: 0.94,
  restart: 0.6,
  "delete-pod": 0.65,
  "restore-secret": 0.85,
  "remove-finalizer": 0.85,
  "expand-volume": 0.85,
  "suspend-cronjob": 0.4,
  guide: 0.5,
};

/** Probability that a fix clears the incident: the cause is right, and this action cures this cause. */
export function fixConfidence(input: {
  readonly causeProbability: number;
  readonly cause: CauseCode;
  readonly action: ActionCode;
  /** How well the action fits this very case, 0..1: 1 when it puts back exactly what was changed. */
  readonly fit: number;
  readonly outcomes: OutcomeCounts;
}): number {
  const prior = Math.min(ceiling, (curePriors[input.action] ?? 0.5) * input.fit);
  return Math.min(ceiling, input.causeProbability * posterior(prior, input.outcomes));
}
