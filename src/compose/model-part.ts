import { clusterTools } from "../adapters/cluster-tools/cluster-tools.ts";
import { openModel } from "../app/diagnosis/open-model.ts";
import type { Observation } from "../cluster/observation.ts";
import { observationTools } from "../rca/investigate/observation-tools.ts";
import type { InvestigationTools } from "../rca/investigate/tools.ts";
import type { Model } from "../rca/model/model.ts";
import type { Foundation } from "./foundation.ts";
import type { Outside } from "./outside.ts";

export interface ModelPart {
  /** Undefined where none is configured: then rules diagnose and answer. */
  readonly model: Model | undefined;
  /** What a model may look up; it reads, and cannot write. */
  readonly tools: InvestigationTools;
}

export async function openModelPart(
  { config, database }: Foundation,
  { reader, prometheus }: Outside,
  observation: Observation,
): Promise<ModelPart> {
  return {
    model: await openModel(database, config.model),
    tools: clusterTools({
      reader,
      prometheus,
      observed: observationTools(observation),
      namespaces: config.kubernetes.namespaces,
    }),
  };
}
