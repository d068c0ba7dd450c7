import { readFileSync } from "node:fs";
import { z } from "zod";
import { digestOf } from "../../lib/stable-hash.ts";
import type { SightKind } from "../case/sight.ts";
import type { Features } from "./confidence.ts";

/** How the first cause of a ranking stands: what its stated probability is worked out from. */
export interface Standing {
  /** Log-odds of its share among all causes that were thought of and the unknown. */
  readonly margin: number;
  readonly features: Features;
  /** Kinds of evidence that are absent around the incident. */
  readonly missing: readonly SightKind[];
  /** From the first symptom to the diagnosis (ms). */
  readonly ageMs: number;
}

/**
 * Each input is written so that more of it means surer; weights are never negative. How exactly a cause is seen, how much it
 * explains and how near its change is are in the margin already, which tells causes apart; `probabilityOf` bounds what a cause is
 * believed by what it explains.
 */
const inputs = {
  margin: ({ margin }) => Math.max(-4, Math.min(8, margin)) / 4,
  uncontradicted: ({ features }) => -Math.min(2, features.contradictions),
  age: ({ ageMs }) => Math.min(3, ageMs / 60_000) / 3,
  logs: ({ missing }) => (missing.includes("logs") ? -1 : 0),
  metrics: ({ missing }) => (missing.includes("metrics") ? -1 : 0),
  events: ({ missing }) => (missing.includes("events") ? -1 : 0),
  past: ({ missing }) => (missing.includes("past") ? -1 : 0),
} satisfies Record<string, (standing: Standing) => number>;

export type ConfidenceInput = keyof typeof inputs;
export const confidenceInputs = Object.keys(inputs) as readonly ConfidenceInput[];

const weight = z.number().nonnegative();
const weightsSchema = z.strictObject({
  bias: z.number(),
  margin: weight,
  uncontradicted: weight,
  age: weight,
  logs: weight,
  metrics: weight,
  events: weight,
  past: weight,
} satisfies Record<ConfidenceInput | "bias", z.ZodType>);
export type ConfidenceWeights = z.infer<typeof weightsSchema>;

const figures = z.strictObject({
  brier: z.number(),
  calibrationError: z.number(),
  meanSaid: z.number(),
  right: z.number(),
});

/** `models/cause-confidence-v1/model.json`: fitted constants, what they were fitted on, and how good they are on what was left out. */
const causeConfidenceSchema = z.strictObject({
  format: z.literal(1),
  /** Of `weights`. */
  sha256: z.string(),
  weights: weightsSchema,
  data: z.strictObject({
    note: z.string(),
    rows: z.int(),
    families: z.int(),
    /** Of the rows. */
    sha256: z.string(),
    /** Of the recordings, ISO times. */
    from: z.string(),
    to: z.string(),
  }),
  training: z.strictObject({ ridge: z.number(), steps: z.int() }),
  /** Each row judged by weights that were fitted without its family of faults. */
  heldOut: z.strictObject({ fitted: figures, unfitted: figures }),
});
export type CauseConfidenceFile = z.infer<typeof causeConfidenceSchema>;

const modelUrl = new URL("../../../models/cause-confidence-v1/model.json", import.meta.url);
let shipped: ConfidenceWeights | undefined;

/** The weights that come with kubemend. @throws Error when the file is absent or is not what was measured: it is part of the program. */
export function causeWeights(): ConfidenceWeights {
  if (shipped) return shipped;
  const { weights, sha256 } = causeConfidenceSchema.parse(JSON.parse(readFileSync(modelUrl, "utf8")));
  if (digestOf(weights) !== sha256) throw new Error("models/cause-confidence-v1/model.json was changed by hand");
  shipped = weights;
  return weights;
}

/** One number for each of `confidenceInputs`, in their order: more is surer. */
export function inputsOf(standing: Standing): readonly number[] {
  return confidenceInputs.map((name) => inputs[name](standing));
}

/**
 * Share of the symptoms that every right answer to a single fault accounts for: of 2,374 none explained less
 * (`npm run evals -- calibration`).
 */
export const usuallyExplained = 0.9;

/**
 * Probability that the first cause is what brought the incident about, 0..1: logistic in inputs that can only raise it, for as
 * much of the incident as it explains. What is left has another cause, or the first one is not right: of 27 answers that left a
 * fifth and more unexplained and were said with 0.88 without this, five were wrong, and the others had brought about 71 % of
 * their incidents.
 */
export function probabilityOf(standing: Standing, weights: ConfidenceWeights): number {
  const values = inputsOf(standing);
  const sum = confidenceInputs.reduce((total, name, i) => total + weights[name] * (values[i] ?? 0), weights.bias);
  return Math.min(1, standing.features.explains / usuallyExplained) / (1 + Math.exp(-sum));
}

const reasons: Readonly<Record<SightKind, string>> = {
  logs: "no log lines of what is in trouble could be read",
  metrics: "there are no measurements of what is in trouble",
  events: "no events of the cluster were seen",
  past: "nothing was watched before the trouble began, so changes show only where Kubernetes keeps them",
};

/** A clause for people: what could not be looked at, which makes the first cause less sure. */
export function missingWords(kind: SightKind): string {
  return reasons[kind];
}
