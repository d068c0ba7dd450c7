import { openConfigured } from "./open-configured.ts";

/** `kubemend migrate`: prints what was applied. */
export async function migrateCommand(options: { config?: string }): Promise<void> {
  await using open = await openConfigured(options.config);
  const { migrated } = open.store;
  console.log(migrated.length === 0 ? "The database is up to date." : `Applied ${migrated.join(", ")}.`);
}
