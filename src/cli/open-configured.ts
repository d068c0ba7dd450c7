import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { openStore, type Store } from "../store/open-store.ts";

export interface Configured extends AsyncDisposable {
  readonly config: Config;
  readonly store: Store;
}

/** The settings of a file and of the environment, and the database that they name, or the one of our own. @throws AppError with a remedy */
export async function openConfigured(configFile: string | undefined): Promise<Configured> {
  const config = await loadConfig(configFile, process.env);
  const store = await openStoreOf(config);
  return { config, store, [Symbol.asyncDispose]: () => store.close() };
}

/** The database that the settings name, or the one of our own. */
export async function openStoreOf({ database: { url }, data }: Config): Promise<Store> {
  return await openStore({ ...(url ? { url } : {}), dataFolder: data });
}
