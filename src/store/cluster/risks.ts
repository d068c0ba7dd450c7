import { sql } from "kysely";
import { type ObjectRef, refKey } from "../../incident/object-ref.ts";
import type { Redacted } from "../../incident/redacted.ts";
import type { Risk } from "../../incident/risk.ts";
import type { Database } from "../database.ts";

/** A risk with the time since when it is known and when it was last found (ms). */
export interface KnownRisk extends Risk {
  readonly firstSeenAt: number;
  readonly seenAt: number;
}

/**
 * Replaces what is known of a cluster by what was found at `at` (ms), worst first. What was found before keeps the time of
 * its first finding; what is no longer found goes. A look that is older than the last one changes nothing.
 */
export async function saveRisks(
  database: Database,
  cluster: string,
  risks: readonly Risk[],
  at: number,
): Promise<void> {
  const seen = new Map<string, number>();
  const rows = risks.map(({ code, target, level, text, advice }, rank) => {
    const key = refKey(target);
    const nth = seen.get(`${code} ${key}`) ?? 0;
    seen.set(`${code} ${key}`, nth + 1);
    return { code, key, nth, target: JSON.stringify(target), level, text, advice, rank };
  });
  const column = <K extends keyof (typeof rows)[number]>(name: K) => rows.map((row) => row[name]);
  const now = new Date(at);
  await database.kysely.transaction().execute(async (tx) => {
    // Several watchers look at the same hour; one after the other they leave one list.
    await sql`select pg_advisory_xact_lock(hashtext('kubemend risk'), hashtext(${cluster}))`.execute(tx);
    const newer = await sql`select 1 from risk where cluster = ${cluster} and seen_at > ${now} limit 1`.execute(tx);
    if (newer.rows.length > 0) return;
    await sql`
      insert into risk (cluster, code, target_key, nth, target, level, text, advice, rank, first_seen_at, seen_at)
      select ${cluster}, code, target_key, nth, target::jsonb, level, text, advice, rank, ${now}, ${now}
        from unnest(${column("code")}::text[], ${column("key")}::text[], ${column("nth")}::integer[], ${column("target")}::text[],
                    ${column("level")}::text[], ${column("text")}::text[], ${column("advice")}::text[], ${column("rank")}::integer[])
             as found (code, target_key, nth, target, level, text, advice, rank)
      on conflict (cluster, code, target_key, nth) do update
         set target = excluded.target, level = excluded.level, text = excluded.text, advice = excluded.advice,
             rank = excluded.rank, seen_at = excluded.seen_at`.execute(tx);
    await sql`delete from risk where cluster = ${cluster} and seen_at < ${now}`.execute(tx);
  });
}

export interface RiskQuery {
  readonly cluster: string;
  readonly level?: Risk["level"];
  /** Found for the first time at or after this (ms): what is new since the last digest. */
  readonly since?: number;
  /** Default 100. */
  readonly limit?: number;
}

interface Row {
  readonly code: string;
  readonly target: ObjectRef;
  readonly level: Risk["level"];
  readonly text: string;
  readonly advice: string;
  readonly first_seen_at: Date;
  readonly seen_at: Date;
}

/** The risks of a cluster as of the last look, worst first. Empty before the first look. */
export async function readRisks(database: Database, query: RiskQuery): Promise<KnownRisk[]> {
  const { cluster, level = null, since, limit = 100 } = query;
  const from = since === undefined ? null : new Date(since);
  const { rows } = await sql<Row>`
    select code, target, level, text, advice, first_seen_at, seen_at from risk
     where cluster = ${cluster} and (${level}::text is null or level = ${level})
       and (${from}::timestamptz is null or first_seen_at >= ${from})
     order by rank, code, target_key, nth limit ${limit}`.execute(database.kysely);
  // Only redacted text is ever written to these columns.
  return rows.map(({ code, target, level: found, text, advice, first_seen_at, seen_at }) => ({
    code,
    target,
    level: found,
    text: text as Redacted,
    advice: advice as Redacted,
    firstSeenAt: first_seen_at.getTime(),
    seenAt: seen_at.getTime(),
  }));
}
