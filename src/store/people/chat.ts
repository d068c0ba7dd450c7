import { sql } from "kysely";
import type { Database } from "../database.ts";
import { type Lease, refusedWrite, whileHeld } from "../leases.ts";

export interface ChatPost {
  readonly key: string;
  readonly channel: string;
  /** Absent while it is not known whether the post arrived. */
  readonly ts: string | null;
  readonly contentHash: string;
  /** Edits within the last minute, by the database clock. */
  readonly recentEdits: number;
}

interface ChatPostRow {
  key: string;
  channel: string;
  ts: string | null;
  content_hash: string;
  recent_edits: number;
}

const columns = sql`key, channel, ts, content_hash,
  (select count(*)::int from unnest(edits) as edit where edit > now() - interval '1 minute') as recent_edits`;

const fromRow = (row: ChatPostRow): ChatPost => ({
  key: row.key,
  channel: row.channel,
  ts: row.ts,
  contentHash: row.content_hash,
  recentEdits: row.recent_edits,
});

/** By key: the incident's message, each reply, each chart. Announced ones that may not have arrived are among them. */
export async function chatPosts(database: Database, incidentId: string): Promise<Map<string, ChatPost>> {
  const { rows } =
    await sql<ChatPostRow>`select ${columns} from chat_post where incident_id = ${incidentId}::bigint`.execute(
      database.kysely,
    );
  return new Map(rows.map((row) => [row.key, fromRow(row)]));
}

/** Who writes down what chat shows; without it anybody may. A holder that is late is refused. */
type Fence = Pick<Lease, "name" | "token"> | undefined;

/**
 * Says that a post is about to be sent. Returns true for the first time; false means: look whether it arrived.
 * @throws taken-over when the lease is another's, lease-ran-out when it is nobody's
 */
export async function announcePost(
  database: Database,
  incidentId: string,
  key: string,
  channel: string,
  fence?: Fence,
): Promise<boolean> {
  const { rows } = await sql<{ held: boolean; added: boolean }>`
    with fence as (select ${whileHeld(fence)} as held), added as (
      insert into chat_post (incident_id, key, channel)
      select ${incidentId}::bigint, ${key}, ${channel} from fence where held
      on conflict (incident_id, key) do nothing returning key)
    select held, exists (select from added) as added from fence`.execute(database.kysely);
  if (rows[0]?.held !== true) throw await refusedWrite(database, fence, `the messages of incident ${incidentId}`);
  return rows[0].added;
}

/** The post certainly did not arrive: forget the announcement. */
export async function withdrawPost(database: Database, incidentId: string, key: string, fence?: Fence): Promise<void> {
  await sql`
    delete from chat_post where incident_id = ${incidentId}::bigint and key = ${key} and ts is null
      and ${whileHeld(fence)}`.execute(database.kysely);
}

/** What was posted cannot be edited any more: a new one takes its place. */
export async function forgetPost(database: Database, incidentId: string, key: string, fence?: Fence): Promise<void> {
  await sql`
    delete from chat_post where incident_id = ${incidentId}::bigint and key = ${key}
      and ${whileHeld(fence)}`.execute(database.kysely);
}

/** The announced post has arrived: where it is and what it shows. Does nothing for a holder that is late. */
export async function recordPost(
  database: Database,
  incidentId: string,
  key: string,
  post: { channel: string; ts: string; contentHash: string },
  fence?: Fence,
): Promise<void> {
  await sql`
    update chat_post set channel = ${post.channel}, ts = ${post.ts}, content_hash = ${post.contentHash}
    where incident_id = ${incidentId}::bigint and key = ${key} and ${whileHeld(fence)}`.execute(database.kysely);
}

/** Counts the edit for a minute, by the database's clock. Does nothing for a holder that is late. */
export async function recordEdit(
  database: Database,
  incidentId: string,
  key: string,
  contentHash: string,
  fence?: Fence,
): Promise<void> {
  await sql`
    update chat_post set content_hash = ${contentHash},
      edits = array(select edit from unnest(edits) as edit where edit > now() - interval '1 minute') || now()
    where incident_id = ${incidentId}::bigint and key = ${key} and ${whileHeld(fence)}`.execute(database.kysely);
}

/** The incident of this cluster whose message or thread this is; of others their own kubemend hears. */
export async function incidentOfMessage(
  database: Database,
  channel: string,
  ts: string,
  cluster?: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ incident_id: string }>`
    select incident_id::text from chat_post where channel = ${channel} and ts = ${ts}
       and (${cluster ?? null}::text is null or exists (select from incident i where i.id = incident_id and i.cluster = ${cluster ?? null}))
     limit 1`.execute(database.kysely);
  return rows[0]?.incident_id;
}

/** Remembers a request for an hour. False when it has been seen: do nothing again. */
export async function firstSight(database: Database, requestId: string): Promise<boolean> {
  await sql`delete from chat_request where seen_at < now() - interval '1 hour'`.execute(database.kysely);
  const { numAffectedRows } =
    await sql`insert into chat_request (id) values (${requestId}) on conflict do nothing`.execute(database.kysely);
  return numAffectedRows === 1n;
}
