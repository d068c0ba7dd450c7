import {
  type ConfidenceWeights,
  confidenceInputs,
  inputsOf,
  probabilityOf,
} from "../../../src/rca/weigh/cause-confidence.ts";
import type { Row } from "./collect.ts";
import type { Scored } from "./reliability.ts";

/** Pull of the weights towards zero, and steps of the descent. */
export const training = { ridge: 0.06, steps: 1_500 } as const;

/** Answers about one incident are much alike: together they count once. */
function importance(rows: readonly Row[]): readonly number[] {
  const sizes = new Map<string, number>();
  const key = ({ source, how }: Row) => `${source}|${how}`;
  for (const row of rows) sizes.set(key(row), (sizes.get(key(row)) ?? 0) + 1);
  return rows.map((row) => 1 / (sizes.get(key(row)) ?? 1));
}

/**
 * Logistic regression with weights that may not be negative, so that more evidence never makes a cause less sure: projected
 * gradient descent with momentum on the mean log loss plus a ridge. The same rows give the same weights.
 */
export function fitWeights(rows: readonly Row[]): ConfidenceWeights {
  const inputs = rows.map((row) => inputsOf(row.standing));
  const each = importance(rows);
  const total = each.reduce((sum, value) => sum + value, 0);
  const size = confidenceInputs.length;
  const weights = new Float64Array(size + 1);
  const velocity = new Float64Array(size + 1);
  for (let step = 0; step < training.steps; step++) {
    const gradient = new Float64Array(size + 1);
    for (const [i, values] of inputs.entries()) {
      let sum = weights[size] ?? 0;
      for (let j = 0; j < size; j++) sum += (weights[j] ?? 0) * (values[j] ?? 0);
      const error = ((1 / (1 + Math.exp(-sum)) - Number(rows[i]?.right)) * (each[i] ?? 0)) / total;
      for (let j = 0; j < size; j++) gradient[j] = (gradient[j] ?? 0) + error * (values[j] ?? 0);
      gradient[size] = (gradient[size] ?? 0) + error;
    }
    for (let j = 0; j <= size; j++) {
      const pull = j < size ? (training.ridge / Math.sqrt(total)) * (weights[j] ?? 0) : 0;
      velocity[j] = 0.9 * (velocity[j] ?? 0) - 0.5 * ((gradient[j] ?? 0) + pull);
      const moved = (weights[j] ?? 0) + (velocity[j] ?? 0);
      weights[j] = j < size ? Math.max(0, moved) : moved;
    }
  }
  const rounded = (value: number | undefined) => Number((value ?? 0).toFixed(4));
  return Object.fromEntries([
    ["bias", rounded(weights[size])],
    ...confidenceInputs.map((name, i) => [name, rounded(weights[i])]),
  ]) as ConfidenceWeights;
}

export interface Judged extends Scored {
  readonly row: Row;
}

/** Every row judged by weights that were fitted without its family of faults. */
export function judgedLeftOut(rows: readonly Row[]): readonly Judged[] {
  return [...new Set(rows.map(({ family }) => family))].flatMap((family) => {
    const weights = fitWeights(rows.filter((row) => row.family !== family));
    return rows
      .filter((row) => row.family === family)
      .map((row): Judged => ({ row, probability: probabilityOf(row.standing, weights), right: row.right }));
  });
}
