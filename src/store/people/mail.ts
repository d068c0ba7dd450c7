import { sql } from "kysely";
import type { Severity } from "../../incident/severity.ts";
import type { Database } from "../database.ts";

/** Older marks are forgotten; nothing that old is sent. */
const keepDays = 60;

/** Within the last 60 days: older marks are forgotten, and nothing that old is sent. */
export async function wasMailed(database: Database, key: string): Promise<boolean> {
  const { rows } = await sql`select 1 from mail_sent where key = ${key}`.execute(database.kysely);
  return rows.length > 0;
}

/** Under which subject something was sent; undefined when it was not, or too long ago. */
export async function mailedSubject(database: Database, key: string): Promise<string | undefined> {
  const { rows } = await sql<{ subject: string | null }>`select subject from mail_sent where key = ${key}`.execute(
    database.kysely,
  );
  return rows[0]?.subject ?? undefined;
}

/** Remembers that something was sent, and forgets what was sent long ago. */
export async function markMailed(database: Database, key: string, subject?: string): Promise<void> {
  await sql`insert into mail_sent (key, subject) values (${key}, ${subject ?? null}) on conflict do nothing`.execute(
    database.kysely,
  );
  await sql`delete from mail_sent where sent_at < now() - make_interval(days => ${keepDays}::int)`.execute(
    database.kysely,
  );
}

/** Of these addresses, those that did not ask to be left alone. */
export async function wantsMail(database: Database, addresses: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ address: string }>`
    select address from mail_optout where address = any(${addresses.map((one) => one.toLowerCase())}::text[])`.execute(
    database.kysely,
  );
  const out = new Set(rows.map(({ address }) => address));
  return addresses.filter((one) => !out.has(one.toLowerCase()));
}

/** Whether mail goes to an address: `listed` are those that the settings name. */
export async function mailStateOf(
  database: Database,
  listed: readonly string[],
  address: string,
): Promise<"sent" | "ended" | "not-listed"> {
  const wanted = await wantsMail(database, [address]);
  if (wanted.length === 0) return "ended";
  return listed.some((one) => one.toLowerCase() === address.toLowerCase()) ? "sent" : "not-listed";
}

/** For good, whatever the settings list; in any case of letters. */
export async function leaveMailAlone(database: Database, address: string): Promise<void> {
  await sql`insert into mail_optout (address) values (${address.toLowerCase()}) on conflict do nothing`.execute(
    database.kysely,
  );
}

/** As far as the settings list the address. */
export async function takeMailAgain(database: Database, address: string): Promise<void> {
  await sql`delete from mail_optout where address = ${address.toLowerCase()}`.execute(database.kysely);
}

/** A mail that is due for an incident. */
export interface DueMail {
  readonly incidentId: string;
  readonly what: "opened" | "resolved";
}

/** Older incidents are not told by mail any more, for example after the addresses were configured. */
const tellHours = 6;

/**
 * What is to be told by mail: incidents of these severities that have a diagnosis or have waited `graceMs` for one, and the
 * end of those whose beginning was told. Times by the clock of the cluster that is watched (ms).
 */
export async function dueMails(
  database: Database,
  query: {
    readonly cluster: string;
    readonly severities: readonly Severity[];
    readonly now: number;
    readonly graceMs: number;
    readonly limit: number;
  },
): Promise<DueMail[]> {
  const { cluster, severities, now, graceMs, limit } = query;
  const since = new Date(now - tellHours * 3_600_000);
  const { rows } = await sql<{ id: string; what: DueMail["what"] }>`
    (select i.id::text as id, 'opened' as what, i.opened_at as at from incident i
      where i.cluster = ${cluster} and i.severity = any(${[...severities]}::text[]) and i.status <> 'resolved'
        and i.opened_at > ${since}
        and (i.opened_at <= ${new Date(now - graceMs)} or exists (select from diagnosis d where d.incident_id = i.id))
        and not exists (select from mail_sent m where m.key = 'incident/' || i.id || '/opened'))
    union all
    (select i.id::text, 'resolved', i.resolved_at from incident i
      where i.cluster = ${cluster} and i.status = 'resolved' and i.resolved_at > ${since}
        and exists (select from mail_sent m where m.key = 'incident/' || i.id || '/opened')
        and not exists (select from mail_sent m where m.key = 'incident/' || i.id || '/resolved'))
    order by at limit ${limit}`.execute(database.kysely);
  return rows.map(({ id, what }) => ({ incidentId: id, what }));
}
