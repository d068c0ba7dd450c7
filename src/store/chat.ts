import { sql } from "kysely";
import type { Database } from "./database.ts";

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

export async function chatPosts(database: Database, incidentId: string): Promise<Map<string, ChatPost>> {
  const { rows } =
    await sql<ChatPostRow>`select ${columns} from chat_post where incident_id = ${incidentId}::bigint`.execute(
      database.kysely,
    );
  return new Map(rows.map((row) => [row.key, fromRow(row)]));
}

/** Says that a post is about to be sent. Returns true for the first time; false means: look whether it arrived. */
export async function announcePost(
  database: Database,
  incidentId: string,
  key: string,
  channel: string,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into chat_post (incident_id, key, channel) values (${incidentId}::bigint, ${key}, ${channel})
    on conflict (incident_id, key) do nothing`.execute(database.kysely);
  return numAffectedRows === 1n;
}

/** The post certainly did not arrive: forget the announcement. */
export async function withdrawPost(database: Database, incidentId: string, key: string): Promise<void> {
  await sql`delete from chat_post where incident_id = ${incidentId}::bigint and key = ${key} and ts is null`.execute(
    database.kysely,
  );
}

export async function recordPost(
  database: Database,
  incidentId: string,
  key: string,
  post: { channel: string; ts: string; contentHash: string },
): Promise<void> {
  await sql`
    update chat_post set channel = ${post.channel}, ts = ${post.ts}, content_hash = ${post.contentHash}
    where incident_id = ${incidentId}::bigint and key = ${key}`.execute(database.kysely);
}

export async function recordEdit(
  database: Database,
  incidentId: string,
  key: string,
  contentHash: string,
): Promise<void> {
  await sql`
    update chat_post set content_hash = ${contentHash},
      edits = array(select edit from unnest(edits) as edit where edit > now() - interval '1 minute') || now()
    where incident_id = ${incidentId}::bigint and key = ${key}`.execute(database.kysely);
}

/** The incident whose message or thread this is. */
export async function incidentOfMessage(database: Database, channel: string, ts: string): Promise<string | undefined> {
  const { rows } = await sql<{ incident_id: string }>`
    select incident_id::text from chat_post where channel = ${channel} and ts = ${ts} limit 1`.execute(database.kysely);
  return rows[0]?.incident_id;
}

/** Remembers a request for an hour. False when it has been seen: do nothing again. */
export async function firstSight(database: Database, requestId: string): Promise<boolean> {
  await sql`delete from chat_request where seen_at < now() - interval '1 hour'`.execute(database.kysely);
  const { numAffectedRows } =
    await sql`insert into chat_request (id) values (${requestId}) on conflict do nothing`.execute(database.kysely);
  return numAffectedRows === 1n;
}

/** Runs `work` while no other process does the same for this incident; undefined when another one is at it. */
export async function whileAlone<T>(
  database: Database,
  incidentId: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const client = await database.pool.connect();
  // 0x6b6d is a namespace of ours for advisory locks ("km").
  const key = [0x6b6d, Number(BigInt(incidentId) % 2_147_483_647n)];
  let broken: Error | undefined;
  try {
    const { rows } = await client.query<{ got: boolean }>("select pg_try_advisory_lock($1, $2) as got", key);
    if (!rows[0]?.got) return undefined;
    try {
      return await work();
    } finally {
      await client.query("select pg_advisory_unlock($1, $2)", key).catch((error: Error) => {
        // The lock ends with the connection, so the connection must not go back into the pool.
        broken = error;
      });
    }
  } finally {
    client.release(broken);
  }
}
