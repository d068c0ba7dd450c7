import { AppError } from "../lib/app-error.ts";
import { startJobs } from "../store/jobs.ts";
import { grantRoles } from "../store/role-grants.ts";
import { makeRoleUsers, type RoleUser } from "../store/role-users.ts";
import { openConfigured } from "./open-configured.ts";

interface MigrateOptions {
  readonly config?: string;
  readonly watcherUser?: string;
  readonly actorUser?: string;
}

/** Passwords of users that are to be made, from the environment: command lines are shown to everybody on a machine. */
const passwordVariables = { watcher: "WATCHER_DATABASE_PASSWORD", actor: "ACTOR_DATABASE_PASSWORD" } as const;

/** The users whose passwords are given; none when the users are there already. @throws AppError when one is missing */
function usersToMake(watcher: string, actor: string): readonly RoleUser[] {
  const [ours, theirs] = [process.env[passwordVariables.watcher], process.env[passwordVariables.actor]];
  if (!ours && !theirs) return [];
  if (ours && theirs)
    return [
      { name: watcher, password: ours },
      { name: actor, password: theirs },
    ];
  throw new AppError(
    "one-database-password",
    `${passwordVariables.watcher} and ${passwordVariables.actor} belong together.`,
    {
      remedy: "Set both, and the users are made; or neither, where both users are there.",
      exitCode: 2,
    },
  );
}

/** `kubemend migrate`: prints what was applied, and gives users of the database what the roles need where they are named. */
export async function migrateCommand({ config, watcherUser, actorUser }: MigrateOptions): Promise<void> {
  if ((watcherUser === undefined) !== (actorUser === undefined))
    throw new AppError("one-database-user", "--watcher-user and --actor-user belong together.", {
      remedy: "Name both, or neither: then both roles connect as the owner of the tables.",
      exitCode: 2,
    });
  const named = watcherUser === undefined || actorUser === undefined ? undefined : { watcherUser, actorUser };
  const made = named ? usersToMake(named.watcherUser, named.actorUser) : [];
  await using open = await openConfigured(config);
  const { migrated, database, url } = open.store;
  console.log(migrated.length === 0 ? "The database is up to date." : `Applied ${migrated.join(", ")}.`);
  if (!named) return;
  if (made.length > 0) await makeRoleUsers(database, made);
  // The queue makes its own tables.
  await (await startJobs(url)).stop();
  await grantRoles(database, { watcher: named.watcherUser, actor: named.actorUser });
  console.log(`${named.watcherUser} has the rights of the watcher, ${named.actorUser} those of the actor.`);
}
