import { loadConfig } from "../config/load-config.ts";
import { openStore } from "../store/open-store.ts";

/** `kubemend migrate`: prints what was applied. */
export async function migrateCommand(options: { config?: string }): Promise<void> {
  const config = await loadConfig(options.config, process.env);
  await using store = await openStore({
    ...(config.database.url ? { url: config.database.url } : {}),
    dataFolder: config.data,
  });
  console.log(store.migrated.length === 0 ? "The database is up to date." : `Applied ${store.migrated.join(", ")}.`);
}
