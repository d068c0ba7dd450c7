import type pg from "pg";

/** Ordered pairs of what was looked at together. */
export function pairsOf(basket: readonly string[]): readonly (readonly [string, string])[] {
  const items = [...new Set(basket)];
  return items.flatMap((item) => items.filter((other) => other !== item).map((other) => [item, other] as const));
}

/**
 * Takes up to `most` baskets from the queue and learns from them, all or nothing. Several workers never take the same one.
 * @returns how many were learned
 */
export async function learn(pool: pg.Pool, most: number): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const taken = await client.query<{ basket: string[] }>(
      `delete from views where id in (select id from views order by id limit $1 for update skip locked) returning basket`,
      [most],
    );
    const counts = new Map<string, number>();
    for (const { basket } of taken.rows) {
      for (const pair of pairsOf(basket)) {
        const key = JSON.stringify(pair);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
    }
    // One order for all workers, so that two of them cannot wait for each other.
    const pairs = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
    if (pairs.length > 0) {
      const keys = pairs.map(([key]) => JSON.parse(key) as [string, string]);
      await client.query(
        `insert into pairs (item, other, seen) select * from unnest($1::text[], $2::text[], $3::integer[])
         on conflict (item, other) do update set seen = pairs.seen + excluded.seen`,
        [keys.map(([item]) => item), keys.map(([, other]) => other), pairs.map(([, seen]) => seen)],
      );
    }
    await client.query("commit");
    return taken.rows.length;
  } catch (error) {
    await client.query("rollback").catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}
