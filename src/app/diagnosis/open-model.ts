import type { Config } from "../../config/config.ts";
import { createModel, type Model } from "../../rca/model/model.ts";
import type { Database } from "../../store/database.ts";
import { tokensSpent } from "../../store/incidents/conversations.ts";

/** The configured model, with what was spent before this process started. Undefined where none is configured. */
export async function openModel(database: Database, config: Config["model"]): Promise<Model | undefined> {
  if (!config.apiKey && !config.baseUrl) return undefined;
  const { price, ...options } = config;
  return createModel({
    ...options,
    spent: await tokensSpent(database),
    ...(price ? { price: { inputUsdPerMillion: price.input, outputUsdPerMillion: price.output } } : {}),
  });
}
