import { clusterTools } from "../adapters/cluster-tools/cluster-tools.ts";
import type { Observation } from "../cluster/observation.ts";
import type { Config } from "../config/config.ts";
import { observationTools } from "../rca/investigate/observation-tools.ts";
import type { InvestigationTools } from "../rca/investigate/tools.ts";
import type { Model } from "../rca/model/model.ts";
import type { Database } from "../store/database.ts";
import type { Foundation } from "./foundation.ts";
import type { Outside } from "./outside.ts";

export interface ModelPart {
  /** Undefined where none is configured: then rules diagnose and answer. */
  readonly model: Model | undefined;
  /** What a model may look up; it reads, and cannot write. */
  readonly tools: InvestigationTools;
}

/** Tools are there without a model too: questions are answered by rules with them. */
export async function openModelPart(
  { config, database }: Foundation,
  { reader, prometheus }: Outside,
  observation: Observation,
): Promise<ModelPart> {
  return {
    model: await configuredModel(database, config.model),
    tools: clusterTools({
      reader,
      prometheus,
      observed: observationTools(observation),
      namespaces: config.kubernetes.namespaces,
      namespaceLabel: config.prometheus.labels.namespace,
    }),
  };
}

/** The client for models is some hundred modules, and most installations ask none. */
async function configuredModel(database: Database, config: Config["model"]): Promise<Model | undefined> {
  if (!config.apiKey && !config.baseUrl) return undefined;
  const { openModel } = await import("../app/diagnosis/open-model.ts");
  return await openModel(database, config);
}
