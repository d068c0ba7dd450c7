import { digestOf } from "../../lib/stable-hash.ts";
import { decide, healthDecisions } from "./decision.ts";
import { forestFromText, forestText } from "./forest-text.ts";
import { healthFeatures, writeFeatures } from "./health-features.ts";
import { chancesOf, classOf, type HealthClassifier, type HealthModelFile, type HeldBack } from "./health-model.ts";
import { fitIsotonic } from "./isotonic.ts";
import { forestShares, growRandomForest, type LabelledRows, type RandomForest } from "./random-forest.ts";
import { createReliability } from "./reliability.ts";
import type { HealthSample } from "./simulate-health.ts";

export interface HealthTraining {
  readonly trees: number;
  readonly maxDepth: number;
  readonly minLeaf: number;
  readonly seed: number;
  /** Of the samples in order of time: the first share grows trees, the next calibrates, the rest is held back. */
  readonly growShare: number;
  readonly calibrateShare: number;
}

export const healthTraining: HealthTraining = {
  trees: 40,
  maxDepth: 11,
  minLeaf: 20,
  seed: 1,
  growShare: 0.55,
  calibrateShare: 0.2,
};

export interface HealthSplit {
  readonly grow: readonly HealthSample[];
  readonly calibrate: readonly HealthSample[];
  readonly heldBack: readonly HealthSample[];
}

/** By time, never shuffled. Samples of one moment stay together. */
export function splitByTime(samples: readonly HealthSample[], training: HealthTraining = healthTraining): HealthSplit {
  const ordered = samples.toSorted((a, b) => a.at - b.at);
  const border = (share: number) => {
    let i = Math.round(share * ordered.length);
    while (i > 0 && i < ordered.length && ordered[i]?.at === ordered[i - 1]?.at) i++;
    return i;
  };
  const first = border(training.growShare);
  const second = Math.max(first, border(training.growShare + training.calibrateShare));
  return {
    grow: ordered.slice(0, first),
    calibrate: ordered.slice(first, second),
    heldBack: ordered.slice(second),
  };
}

function rowsOf(samples: readonly HealthSample[]): LabelledRows {
  const dimensions = healthFeatures.length;
  const values = new Float64Array(samples.length * dimensions);
  samples.forEach(({ vitals }, i) => {
    writeFeatures(vitals, values, i * dimensions);
  });
  const labels = Uint8Array.from(samples, ({ decision }) => classOf(decision));
  return { values, labels, count: samples.length, dimensions, classes: healthDecisions.length };
}

function calibrate(forest: RandomForest, samples: readonly HealthSample[]): HealthClassifier["calibration"] {
  const { values, labels, count, dimensions, classes } = rowsOf(samples);
  const scores = Array.from({ length: classes }, () => new Float64Array(count));
  const shares = new Float64Array(classes);
  for (let i = 0; i < count; i++) {
    forestShares(forest, values, shares, i * dimensions);
    scores.forEach((of, k) => {
      of[i] = shares[k] as number;
    });
  }
  const round = (value: number) => Math.round(value * 1e5) / 1e5;
  return scores.map((of, k) => {
    const { from, to } = fitIsotonic(
      of,
      labels.map((label) => (label === k ? 1 : 0)),
    );
    return { from: from.map(round), to: to.map(round) };
  });
}

function brierOf(chances: ArrayLike<number>, right: number): number {
  let sum = 0;
  for (let k = 0; k < chances.length; k++) sum += ((chances[k] as number) - (k === right ? 1 : 0)) ** 2;
  return sum;
}

/** Figures on samples that the classifier has not seen. */
export function measureHealth(classifier: HealthClassifier, samples: readonly HealthSample[]): HeldBack {
  const confusion = healthDecisions.map(() => healthDecisions.map(() => 0));
  const shares = new Float64Array(healthDecisions.length);
  const row = new Float64Array(healthFeatures.length);
  const frequencies = healthDecisions.map(
    (decision) => samples.filter((one) => one.decision === decision).length / Math.max(1, samples.length),
  );
  const sums = { brier: 0, brierUncalibrated: 0, brierOfFrequencies: 0 };
  const reliability = createReliability();
  const lost = { model: 0, never: 0 };
  let hits = 0;
  for (const { vitals, decision, costs } of samples) {
    const right = classOf(decision);
    const chances = chancesOf(classifier, vitals);
    const said = classOf(decide(chances));
    const cells = confusion[right];
    if (cells) cells[said] = (cells[said] ?? 0) + 1;
    if (said === right) hits++;
    writeFeatures(vitals, row);
    forestShares(classifier.forest, row, shares);
    sums.brier += brierOf(chances, right);
    sums.brierUncalibrated += brierOf(shares, right);
    sums.brierOfFrequencies += brierOf(frequencies, right);
    reliability.add(chances, right);
    if (!costs) continue;
    const least = costs[right] ?? 0;
    lost.model += (costs[said] ?? least) - least;
    lost.never += costs[0] - least;
  }
  const mean = (sum: number) => Math.round((sum / Math.max(1, samples.length)) * 1e5) / 1e5;
  const perThousand = (sum: number) => Math.round((sum / Math.max(1, samples.length)) * 1e4) / 10;
  return {
    rows: samples.length,
    brier: mean(sums.brier),
    brierUncalibrated: mean(sums.brierUncalibrated),
    brierOfFrequencies: mean(sums.brierOfFrequencies),
    accuracy: mean(hits),
    calibrationError: Math.round(reliability.error() * 1e5) / 1e5,
    ...(samples.length > 0 && samples.every(({ costs }) => costs)
      ? { minutesLost: { model: perThousand(lost.model), never: perThousand(lost.never) } }
      : {}),
    confusion,
  };
}

/** Grows, calibrates and measures, each on its own part of the time. Figures are those of the forest as it is stored. */
export function trainHealth(
  samples: readonly HealthSample[],
  data: Pick<HealthModelFile["data"], "kind" | "source" | "note">,
  training: HealthTraining = healthTraining,
): { readonly file: HealthModelFile; readonly split: HealthSplit } {
  const split = splitByTime(samples, training);
  const trees = forestText(growRandomForest(rowsOf(split.grow), training));
  const forest = forestFromText(trees, healthFeatures.length, healthDecisions.length);
  if (!forest) throw new Error("the forest could not be read back");
  const calibration = calibrate(forest, split.calibrate);
  const iso = (sample: HealthSample | undefined) => new Date(sample?.at ?? 0).toISOString();
  const { trees: treeCount, maxDepth, minLeaf, seed } = training;
  return {
    split,
    file: {
      format: 1,
      sha256: digestOf({ trees, calibration }),
      features: [...healthFeatures],
      decisions: [...healthDecisions],
      data: {
        ...data,
        from: iso(split.grow[0]),
        to: iso(split.heldBack.at(-1)),
        heldBackFrom: iso(split.heldBack[0]),
        rows: samples.length,
      },
      training: { seed, trees: treeCount, maxDepth, minLeaf, calibratedOn: split.calibrate.length },
      heldBack: measureHealth({ forest, calibration }, split.heldBack),
      calibration: calibration.map(({ from, to }) => ({ from: [...from], to: [...to] })),
      trees,
    },
  };
}
