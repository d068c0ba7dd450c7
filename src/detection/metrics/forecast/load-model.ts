import { createGruModel, createLevelModel, type SequenceModel } from "./gru-network.ts";
import { defaultModelFolder, type ModelCard, type ModelRead, readModel } from "./model-file.ts";
import { featureCount } from "./series-features.ts";

export interface LoadedModel {
  readonly network: SequenceModel;
  /** Undefined for the stand-in. */
  readonly card: ModelCard | undefined;
}

const loaded = new Map<string, LoadedModel>();

function warningOf(folder: string, read: Exclude<ModelRead, { outcome: "read" }>): string {
  const why = read.outcome === "absent" ? "there is none" : `it is damaged: ${read.detail}`;
  return `The forecast model in ${folder} cannot be used (${why}). Metrics are compared with their level instead, which notices less; kubemend train makes a new model.`;
}

/** The model of a folder, read when first asked for and then kept. Without one, a stand-in, and one warning a process. */
export function loadModel(
  folder: string = defaultModelFolder,
  warn: (text: string) => void = (text) => process.emitWarning(text, { code: "KUBEMEND_NO_MODEL" }),
): LoadedModel {
  const known = loaded.get(folder);
  if (known) return known;
  const read = readModel(folder);
  const made: LoadedModel =
    read.outcome === "read"
      ? { network: createGruModel(read.model.weights), card: read.model.card }
      : { network: createLevelModel(featureCount), card: undefined };
  if (read.outcome !== "read") warn(warningOf(folder, read));
  loaded.set(folder, made);
  return made;
}
