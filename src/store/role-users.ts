import { escapeIdentifier, escapeLiteral } from "pg";
import { AppError } from "../lib/app-error.ts";
import type { Database } from "./database.ts";

export interface RoleUser {
  readonly name: string;
  readonly password: string;
}

/** Names as they may stand in an address without being changed there. */
const userName = /^[a-z_][a-z0-9_]{0,62}$/;
const leastPasswordChars = 12;

/**
 * Makes users of the database who may log in and nothing else, and gives those who are there these passwords: a password that was
 * changed holds from the next call on. Whoever calls may make users. Several may call at once.
 * @throws AppError when a name or a password is none
 */
export async function makeRoleUsers({ pool }: Pick<Database, "pool">, users: readonly RoleUser[]): Promise<void> {
  for (const { name, password } of users) {
    if (!userName.test(name))
      throw new AppError("no-such-database-user", `${name.slice(0, 70)} is no name for a user of the database.`, {
        remedy: "Use small letters, digits and _, as in kubemend_watcher.",
        exitCode: 2,
      });
    if (password.length < leastPasswordChars)
      throw new AppError(
        "short-database-password",
        `The password for ${name} has fewer than ${leastPasswordChars} characters.`,
        {
          remedy: "Give a longer one, for example of openssl rand -hex 16.",
          exitCode: 2,
        },
      );
  }
  const client = await pool.connect();
  try {
    await client.query("begin");
    // Users belong to the whole server: one process at a time, whichever database it is in.
    await client.query("select pg_advisory_xact_lock(hashtext('kubemend role users'))");
    for (const { name, password } of users) {
      const { rows } = await client.query("select from pg_roles where rolname = $1", [name]);
      const rights = "login nosuperuser nocreatedb nocreaterole noreplication nobypassrls";
      // Statements about users take no parameters.
      await client.query(
        `${rows.length === 0 ? "create" : "alter"} role ${escapeIdentifier(name)} ${rights} password ${escapeLiteral(password)}`,
      );
    }
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
