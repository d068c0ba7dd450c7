import { defaultHealthModelFolder, type HealthClassifier, readHealthModel } from "./health-model.ts";

const loaded = new Map<string, HealthClassifier | undefined>();

/** The classifier of a folder, read when first asked for and then kept. Without one, undefined and one warning a process. */
export function loadHealthModel(
  folder: string = defaultHealthModelFolder,
  warn: (text: string) => void = (text) => process.emitWarning(text, { code: "KUBEMEND_NO_HEALTH_MODEL" }),
): HealthClassifier | undefined {
  if (loaded.has(folder)) return loaded.get(folder);
  const read = readHealthModel(folder);
  if (read.outcome !== "read") {
    const why = read.outcome === "absent" ? "there is none" : `it is damaged: ${read.detail}`;
    warn(
      `The health model in ${folder} cannot be used (${why}). What applications say about their health is not judged; kubemend train --health makes a new model.`,
    );
  }
  const classifier = read.outcome === "read" ? read.classifier : undefined;
  loaded.set(folder, classifier);
  return classifier;
}
