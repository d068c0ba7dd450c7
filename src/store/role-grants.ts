import { AppError } from "../lib/app-error.ts";
import { sampleShapes, sampleTables } from "./cluster/sample-shapes.ts";
import type { Database } from "./database.ts";

/** Users of the database that the two roles of kubemend connect as. */
export interface RoleUsers {
  readonly watcher: string;
  readonly actor: string;
}

/** What the actor works with: plans, what became of them, and the incidents they are for. No log, no sample, no session, no secret. */
const actorReads = [
  ...["incident", "timeline", "diagnosis", "evidence", "cause_verdict", "past_incident", "fix_offer", "action_plan"],
  ...["plan_vote", "execution", "verification", "freeze_switch", "audit", "audit_head", "installation", "lease"],
  ...["pruned_total", "tally", "schema_migration", "schema_migration_lock"],
];
const actorWrites: Readonly<Record<string, string>> = {
  incident: "update",
  timeline: "insert",
  fix_offer: "insert, update",
  action_plan: "insert, update",
  // The policy's own voice, where it lets a change be applied by itself.
  plan_vote: "insert",
  execution: "insert, update",
  audit: "insert",
  audit_head: "update",
  installation: "insert",
  lease: "insert, update, delete",
};
/** What is the actor's to say: that a plan exists, that something was carried out and how it went. Old ones the watcher clears away. */
const notForWatcher: Readonly<Record<string, string>> = {
  execution: "insert, update",
  action_plan: "insert",
  audit: "update, delete",
  schema_migration: "insert, update, delete",
  schema_migration_lock: "insert, update, delete",
};

/** Names of users of a database, as they may stand in a statement. */
const userName = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;

/**
 * Gives each role of kubemend what it needs of the tables, and takes from it what it does not. Both users must exist; whoever
 * calls owns the tables. May be called again, and must be after an upgrade that adds tables.
 * @throws AppError when a name is none, or nobody's
 */
export async function grantRoles({ pool }: Pick<Database, "pool">, { watcher, actor }: RoleUsers): Promise<void> {
  for (const name of [watcher, actor]) {
    const known = userName.test(name)
      ? await pool.query("select rolsuper from pg_roles where rolname = $1", [name])
      : { rows: [] };
    if (known.rows.length === 0)
      throw new AppError("no-such-database-user", `PostgreSQL has no user ${name.slice(0, 70)}.`, {
        remedy: `Make it first: create user "${userName.test(name) ? name : "kubemend_watcher"}" password '…';`,
        exitCode: 2,
      });
  }
  if (watcher === actor)
    throw new AppError("one-database-user", "The watcher and the actor are to be different users.", {
      remedy: "Name two, or leave both out: then both connect as the owner.",
      exitCode: 2,
    });
  const [w, a] = [`"${watcher}"`, `"${actor}"`];
  const both = `${w}, ${a}`;
  const statements = [
    `revoke all on all tables in schema public from ${both}`,
    `grant usage on schema public to ${both}`,
    `grant usage on all sequences in schema public to ${both}`,
    `grant select, insert, update, delete on all tables in schema public to ${w}`,
    // Emptied when all of it has been moved (move-samples.ts).
    ...sampleTables.map((table) => `grant truncate on ${sampleShapes[table].singly} to ${w}`),
    ...Object.entries(notForWatcher).map(([table, rights]) => `revoke ${rights} on ${table} from ${w}`),
    // Old entries go by way of it, and by no other.
    `grant execute on function cut_audit(integer) to ${w}`,
    ...actorReads.map((table) => `grant select on ${table} to ${a}`),
    ...Object.entries(actorWrites).map(([table, rights]) => `grant ${rights} on ${table} to ${a}`),
    // The queue between both.
    `grant usage on schema pgboss to ${both}`,
    `grant select, insert, update, delete on all tables in schema pgboss to ${both}`,
    `grant usage on all sequences in schema pgboss to ${both}`,
    `grant execute on all functions in schema pgboss to ${both}`,
  ];
  const client = await pool.connect();
  try {
    await client.query("begin");
    // Two who grant at once would stumble over each other's rows.
    await client.query("select pg_advisory_xact_lock(hashtext('kubemend role grants'))");
    for (const statement of statements) await client.query(statement);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
