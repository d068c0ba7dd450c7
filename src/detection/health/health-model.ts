import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { messageOf } from "../../lib/app-error.ts";
import { errorCode } from "../../lib/error-code.ts";
import { digestOf } from "../../lib/stable-hash.ts";
import { type HealthChances, type HealthDecision, healthDecisions } from "./decision.ts";
import { forestFromText } from "./forest-text.ts";
import { fewestHealthFeatures, type HealthVitals, healthFeatures, writeFeatures } from "./health-features.ts";
import { calibrated, type Isotonic } from "./isotonic.ts";
import { forestShares, type RandomForest } from "./random-forest.ts";

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
const isotonicSchema = z
  .strictObject({ from: z.array(share).min(1), to: z.array(share).min(1) })
  .refine(({ from, to }) => from.length === to.length, "from and to differ in length");
const heldBackSchema = z.strictObject({
  rows: count,
  /** Multi-class Brier score, 0 (best) to 2: of the calibrated model, without calibration, and of always saying how often each decision is right. */
  brier: z.number(),
  brierUncalibrated: z.number(),
  brierOfFrequencies: z.number(),
  accuracy: share,
  /** How far what it says of each decision is from what comes true: mean over ten classes of probability, weighted. */
  calibrationError: share.optional(),
  /**
   * Minutes of total failure lost in a thousand decisions, against always deciding rightly: by the model, and by never doing
   * anything. Known of simulations alone.
   */
  minutesLost: z.strictObject({ model: z.number(), never: z.number() }).optional(),
  /** Rows: what was right; columns: what was said; both in the order of `decisions`. */
  confusion: z.array(z.array(count)),
});

/** `model.json`: the forest, its calibration, what it was trained on, and how good it is on what it has not seen. */
const healthModelSchema = z.strictObject({
  format: z.literal(1),
  /** Of `trees` and `calibration`. */
  sha256: z.string(),
  features: z.array(z.string()),
  decisions: z.array(z.string()),
  data: z.strictObject({
    kind: z.enum(["synthetic", "samples"]),
    source: z.string(),
    note: z.string(),
    from: z.string(),
    to: z.string(),
    /** Nothing from here on was trained or calibrated on. */
    heldBackFrom: z.string(),
    rows: count,
  }),
  training: z.strictObject({ seed: z.int(), trees: count, maxDepth: count, minLeaf: count, calibratedOn: count }),
  heldBack: heldBackSchema,
  calibration: z.array(isotonicSchema).length(healthDecisions.length),
  trees: z.array(z.string()).min(1).max(500),
});

export type HealthModelFile = z.infer<typeof healthModelSchema>;
export type HeldBack = z.infer<typeof heldBackSchema>;

export interface HealthClassifier {
  readonly forest: RandomForest;
  readonly calibration: readonly Isotonic[];
}

export type HealthModelRead =
  | { readonly outcome: "read"; readonly file: HealthModelFile; readonly classifier: HealthClassifier }
  | { readonly outcome: "absent" }
  | { readonly outcome: "damaged"; readonly detail: string };

/** The model that comes with kubemend. */
export const defaultHealthModelFolder = fileURLToPath(new URL("../../../models/health-v1", import.meta.url));

/** Reads `model.json`. Never throws. */
export function readHealthModel(folder: string): HealthModelRead {
  try {
    const parsed = healthModelSchema.safeParse(JSON.parse(readFileSync(join(folder, "model.json"), "utf8")));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return { outcome: "damaged", detail: `model.json: ${issue?.path.join(".")} ${issue?.message}` };
    }
    const file = parsed.data;
    const known = healthFeatures.slice(0, file.features.length).join() === file.features.join();
    if (!known || file.features.length < fewestHealthFeatures || file.decisions.join() !== healthDecisions.join())
      return { outcome: "damaged", detail: "it was trained on other inputs, or for other decisions" };
    if (digestOf({ trees: file.trees, calibration: file.calibration }) !== file.sha256)
      return { outcome: "damaged", detail: "its trees are not those that were measured" };
    const forest = forestFromText(file.trees, file.features.length, healthDecisions.length);
    return forest
      ? { outcome: "read", file, classifier: { forest, calibration: file.calibration } }
      : { outcome: "damaged", detail: "a tree in it is not whole" };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return { outcome: "absent" };
    return { outcome: "damaged", detail: messageOf(error, 120) };
  }
}

const row = new Float64Array(healthFeatures.length);
const shares = new Float64Array(healthDecisions.length);

/** One calibrated probability for each decision; together 1. */
export function chancesOf({ forest, calibration }: HealthClassifier, vitals: HealthVitals): HealthChances {
  writeFeatures(vitals, row);
  forestShares(forest, row, shares);
  const each = Array.from(shares, (score, i) => {
    const curve = calibration[i];
    return curve ? calibrated(curve, score) : score;
  });
  const sum = each.reduce((total, chance) => total + chance, 0) || 1;
  const [none = 0, soft = 0, hard = 0] = each.map((chance) => chance / sum);
  return [none, soft, hard];
}

/** The class as forests, calibration and confusion count it: its place in `healthDecisions`. */
export const classOf = (decision: HealthDecision) => healthDecisions.indexOf(decision);
