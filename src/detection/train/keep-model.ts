import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolders } from "../../lib/make-folders.ts";
import { encodeWeights, type ModelRead, type StoredModel } from "../metrics/forecast/model-file.ts";
import { type Dataset, measure } from "./train-forecaster.ts";

export type Verdict =
  /** There was no usable model. */
  | { readonly outcome: "first" }
  | { readonly outcome: "better"; readonly before: number }
  | { readonly outcome: "not-better"; readonly before: number };

/** Compares a new model with the one in its place, both on the held-back time of the new data. */
export function compareModels(candidate: StoredModel, current: ModelRead, dataset: Dataset): Verdict {
  if (current.outcome !== "read") return { outcome: "first" };
  const before = measure(dataset, current.model.weights).errors.model;
  return candidate.card.heldBack.gru < before ? { outcome: "better", before } : { outcome: "not-better", before };
}

/**
 * Writes both files, each appearing whole. A process that reads between the two finds weights that do not fit the card's
 * hash, and keeps the model it has.
 */
export async function writeModel(folder: string, { card, weights }: StoredModel): Promise<void> {
  await makeFolders(folder);
  for (const [name, content] of [
    ["weights.bin", encodeWeights(weights)],
    ["model.json", `${JSON.stringify(card, null, 2)}\n`],
  ] as const) {
    const path = join(folder, name);
    await writeFile(`${path}.partial`, content);
    await rename(`${path}.partial`, path);
  }
}
