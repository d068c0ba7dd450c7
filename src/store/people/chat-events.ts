import { sql } from "kysely";
import { storableJson } from "../../lib/storable-text.ts";
import type { Database } from "../database.ts";

/** One event of Slack, kept until it has been handled. */
export interface ChatEvent {
  readonly id: string;
  readonly body: unknown;
  /** 1 for the first try; from 2 on, an earlier one may have had its effect. */
  readonly attempt: number;
}

/** Who has claimed an event and does not finish within this time has died. */
const claimSeconds = 90;
/** What still fails after so many tries will not get better. */
export const mostAttempts = 8;
/** Nobody waits longer for an answer; what Slack has not taken until then is left alone. */
const mostHours = 1;

/** Writes an event down for the kubemend of one cluster: another has another app of Slack, and must not answer for this one. @returns false when it is known already: it was handled, or will be */
export async function keepChatEvent(database: Database, id: string, body: unknown, cluster = ""): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into chat_event (id, body, cluster) values (${id}, ${storableJson(body)}::jsonb, ${cluster}) on conflict do nothing`.execute(
    database.kysely,
  );
  return numAffectedRows === 1n;
}

/** Takes events that wait, each for one taker alone: those that came first, up to `limit`, in no order among themselves. */
export async function claimChatEvents(database: Database, cluster = "", limit = 20): Promise<ChatEvent[]> {
  const { rows } = await sql<{ id: string; body: unknown; attempts: number }>`
    update chat_event set attempts = attempts + 1, claimed_until = now() + make_interval(secs => ${claimSeconds})
     where id in (select id from chat_event
                   where cluster = ${cluster} and done_at is null and attempts < ${mostAttempts} and received_at > now() - make_interval(hours => ${mostHours}::int) and (claimed_until is null or claimed_until < now())
                   order by received_at limit ${limit} for update skip locked)
    returning id, body, attempts`.execute(database.kysely);
  return rows.map(({ id, body, attempts }) => ({ id, body, attempt: attempts }));
}

/** The event has had its effect. What is older than a day is forgotten: Slack does not send it again. */
export async function finishChatEvent(database: Database, id: string): Promise<void> {
  await sql`update chat_event set done_at = now(), body = '{}' where id = ${id}`.execute(database.kysely);
  await sql`delete from chat_event where received_at < now() - interval '1 day'`.execute(database.kysely);
}

/**
 * The event could not be handled; it is taken up again after a while.
 * @param release `untried`: this try did nothing and does not count; `body`: what is known of it by now
 */
export async function releaseChatEvent(
  database: Database,
  id: string,
  { afterSeconds, untried = false, body }: { afterSeconds: number; untried?: boolean; body?: unknown },
): Promise<void> {
  const known = body === undefined ? null : storableJson(body);
  await sql`
    update chat_event set claimed_until = now() + make_interval(secs => ${afterSeconds}::float),
           attempts = attempts - ${untried ? 1 : 0}::int, body = coalesce(${known}::jsonb, body)
     where id = ${id} and done_at is null`.execute(database.kysely);
}
