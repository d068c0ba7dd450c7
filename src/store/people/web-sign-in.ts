import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Database } from "../database.ts";

export interface WebSession {
  readonly slackUser: string;
  readonly name: string;
}

/** The key that signs links and sessions: one for all replicas, made by whoever asks first. */
export async function webKey(database: Database): Promise<string> {
  await sql`insert into web_key (key) values (${randomBytes(32).toString("base64url")}) on conflict do nothing`.execute(
    database.kysely,
  );
  const { rows } = await sql<{ key: string }>`select key from web_key`.execute(database.kysely);
  return rows[0]?.key ?? "";
}

/** Remembers that a link was given to somebody, for `minutes` by the database's clock. Old ones are swept on the way. */
export async function keepLink(
  database: Database,
  link: { readonly tokenHash: string; readonly slackUser: string; readonly minutes: number },
): Promise<void> {
  await sql`delete from web_link where expires_at < now() - interval '1 day'`.execute(database.kysely);
  await sql`
    insert into web_link (token_hash, slack_user, expires_at)
    values (${link.tokenHash}, ${link.slackUser}, now() + make_interval(mins => ${link.minutes}::int))`.execute(
    database.kysely,
  );
}

/** Whose link it is, while it holds. Looking does not use it up: previews and scanners look too. */
export async function linkOf(database: Database, tokenHash: string): Promise<string | undefined> {
  const { rows } = await sql<{ slack_user: string }>`
    select slack_user from web_link where token_hash = ${tokenHash} and expires_at > clock_timestamp()`.execute(
    database.kysely,
  );
  return rows[0]?.slack_user;
}

/** Uses a link up. Of two who try, one gets the answer. */
export async function takeLink(database: Database, tokenHash: string): Promise<string | undefined> {
  const { rows } = await sql<{ slack_user: string }>`
    delete from web_link where token_hash = ${tokenHash} and expires_at > clock_timestamp() returning slack_user`.execute(
    database.kysely,
  );
  return rows[0]?.slack_user;
}

/** For `hours` by the database's clock. Sessions that are over are swept on the way. */
export async function openSession(
  database: Database,
  session: WebSession & { readonly idHash: string; readonly hours: number },
): Promise<void> {
  await sql`delete from web_session where expires_at < now()`.execute(database.kysely);
  await sql`
    insert into web_session (id_hash, slack_user, name, expires_at)
    values (${session.idHash}, ${session.slackUser}, ${session.name}, now() + make_interval(secs => ${session.hours * 3_600}))`.execute(
    database.kysely,
  );
}

/** Undefined for one that is over or never was. Looking does not lengthen it. */
export async function sessionOf(database: Database, idHash: string): Promise<WebSession | undefined> {
  const { rows } = await sql<{ slack_user: string; name: string }>`
    select slack_user, name from web_session where id_hash = ${idHash} and expires_at > clock_timestamp()`.execute(
    database.kysely,
  );
  const row = rows[0];
  return row && { slackUser: row.slack_user, name: row.name };
}

/** Of this browser alone; one that is over already is no error. */
export async function endSession(database: Database, idHash: string): Promise<void> {
  await sql`delete from web_session where id_hash = ${idHash}`.execute(database.kysely);
}
