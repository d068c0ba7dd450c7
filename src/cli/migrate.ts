import { AppError } from "../lib/app-error.ts";
import { startJobs } from "../store/jobs.ts";
import { grantRoles } from "../store/role-grants.ts";
import { openConfigured } from "./open-configured.ts";

interface MigrateOptions {
  readonly config?: string;
  readonly watcherUser?: string;
  readonly actorUser?: string;
}

/** `kubemend migrate`: prints what was applied, and gives users of the database what the roles need where they are named. */
export async function migrateCommand({ config, watcherUser, actorUser }: MigrateOptions): Promise<void> {
  if ((watcherUser === undefined) !== (actorUser === undefined))
    throw new AppError("one-database-user", "--watcher-user and --actor-user belong together.", {
      remedy: "Name both, or neither: then both roles connect as the owner of the tables.",
      exitCode: 2,
    });
  await using open = await openConfigured(config);
  const { migrated, database, url } = open.store;
  console.log(migrated.length === 0 ? "The database is up to date." : `Applied ${migrated.join(", ")}.`);
  if (watcherUser === undefined || actorUser === undefined) return;
  // The queue makes its own tables.
  await (await startJobs(url)).stop();
  await grantRoles(database, { watcher: watcherUser, actor: actorUser });
  console.log(`${watcherUser} has the rights of the watcher, ${actorUser} those of the actor.`);
}
