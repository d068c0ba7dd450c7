import pg from "pg";

/** The one database instance everything here hangs on; its address is DATABASE_URL. */
export function openDatabase(url: string, onIdleError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 5, connectionTimeoutMillis: 2000, query_timeout: 5000 });
  pool.on("error", onIdleError);
  return pool;
}

/** Views wait in a queue; pairs are what has been learned. Safe to run from several programs at once. */
export async function makeTables(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query("select pg_advisory_lock(20261)");
    await client.query(`
      create table if not exists views (
        id bigint generated always as identity primary key,
        basket text[] not null
      );
      create table if not exists pairs (
        item text not null,
        other text not null,
        seen integer not null,
        primary key (item, other)
      )`);
  } finally {
    await client.query("select pg_advisory_unlock(20261)").catch(() => {});
    client.release();
  }
}
