import { sql } from "kysely";
import type { Person } from "../../incident/approval.ts";
import type { SilenceMatcher, StoredSilence } from "../../incident/silence.ts";
import { inAuditedTransaction } from "../audit.ts";
import type { Database } from "../database.ts";

interface Row {
  readonly id: string;
  readonly cluster: string;
  readonly namespace: string | null;
  readonly kind: string | null;
  readonly name: string | null;
  readonly detector: string | null;
  readonly from_at: Date;
  readonly until_at: Date;
  readonly reason: string;
  readonly by_id: string;
  readonly by_name: string;
  readonly created_at: Date;
  readonly ended_at: Date | null;
}

/** More at a time are a sign that detection should be tuned instead; the oldest are read first. */
const mostSilences = 500;

const columns = sql`id::text, cluster, namespace, kind, name, detector, from_at, until_at, reason, by_id, by_name, created_at, ended_at`;

function matcherOf({ namespace, kind, name, detector }: Row): SilenceMatcher {
  return {
    ...(namespace === null ? {} : { namespace }),
    ...(kind === null ? {} : { kind }),
    ...(name === null ? {} : { name }),
    ...(detector === null ? {} : { detector }),
  };
}

const fromRow = (row: Row): StoredSilence => ({
  id: row.id,
  cluster: row.cluster,
  matcher: matcherOf(row),
  from: row.from_at.getTime(),
  until: row.until_at.getTime(),
  reason: row.reason,
  by: { id: row.by_id, name: row.by_name },
  createdAt: row.created_at.getTime(),
  ...(row.ended_at ? { endedAt: row.ended_at.getTime() } : {}),
});

/** Keeps a silence and who asked for it. Times in ms. */
export async function addSilence(
  database: Database,
  silence: Omit<StoredSilence, "id" | "endedAt">,
): Promise<StoredSilence> {
  const { cluster, matcher, from, until, reason, by, createdAt } = silence;
  const { namespace = null, kind = null, name = null, detector = null } = matcher;
  return await inAuditedTransaction(database, async (tx, record) => {
    const { rows } = await sql<Row>`
      insert into silence (cluster, namespace, kind, name, detector, from_at, until_at, reason, by_id, by_name, created_at)
      values (${cluster}, ${namespace}, ${kind}, ${name}, ${detector}, ${new Date(from)}, ${new Date(until)}, ${reason},
              ${by.id}, ${by.name}, ${new Date(createdAt)})
      returning ${columns}`.execute(tx);
    const [row] = rows;
    if (!row) throw new Error("unreachable: an insert returns its row");
    const body = { matcher, from, until, reason };
    record({ event: "silence.created", actor: by.id, subject: `silence:${row.id}`, body });
    return fromRow(row);
  });
}

/** Ends a silence of a cluster before its time. @returns the silence; undefined when the cluster has none of that number that still holds */
export async function endSilence(
  database: Database,
  cluster: string,
  end: { readonly id: string; readonly by: Person; readonly at: number },
): Promise<StoredSilence | undefined> {
  const { id, by, at } = end;
  return await inAuditedTransaction(database, async (tx, record) => {
    const { rows } = await sql<Row>`
      update silence set ended_at = ${new Date(at)}, ended_by = ${by.id}
       where id = ${id}::bigint and cluster = ${cluster} and ended_at is null and until_at > ${new Date(at)} returning ${columns}`.execute(
      tx,
    );
    const [row] = rows;
    if (!row) return undefined;
    record({ event: "silence.ended", actor: by.id, subject: `silence:${id}`, body: {} });
    return fromRow(row);
  });
}

/** The cluster of a silence that still holds at `at`; undefined when there is none of that number. */
export async function clusterOfSilence(database: Database, id: string, at: number): Promise<string | undefined> {
  const { rows } = await sql<{ cluster: string }>`
    select cluster from silence where id = ${id}::bigint and ended_at is null and until_at > ${new Date(at)}`.execute(
    database.kysely,
  );
  return rows[0]?.cluster;
}

/** Silences that hold at `at` or will hold later, those that end first first. */
export async function standingSilences(database: Database, cluster: string, at: number): Promise<StoredSilence[]> {
  const { rows } = await sql<Row>`
    select ${columns} from silence
     where cluster = ${cluster} and ended_at is null and until_at > ${new Date(at)}
     order by until_at, id limit ${mostSilences}`.execute(database.kysely);
  return rows.map(fromRow);
}

/**
 * Takes the silences that end before `before` and of which nobody has been told; each is handed out once, whoever asks.
 * Short ones are left out: who asked for ten minutes knows.
 */
export async function takeEndingSilences(
  database: Database,
  cluster: string,
  { at, before, longerThanMs }: { readonly at: number; readonly before: number; readonly longerThanMs: number },
): Promise<StoredSilence[]> {
  const { rows } = await sql<Row>`
    update silence set told_at = now()
     where cluster = ${cluster} and ended_at is null and told_at is null
       and from_at <= ${new Date(at)} and until_at > ${new Date(at)} and until_at <= ${new Date(before)}
       and until_at - from_at > make_interval(secs => ${longerThanMs / 1_000}::float)
    returning ${columns}`.execute(database.kysely);
  return rows.map(fromRow);
}

/** Nobody could be told of its end after all: it is handed out again. */
export async function putBackEndingSilence(database: Database, id: string): Promise<void> {
  await sql`update silence set told_at = null where id = ${id}::bigint`.execute(database.kysely);
}
