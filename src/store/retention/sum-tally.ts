import { sql } from "kysely";
import type { Database } from "../database.ts";

/** Makes one row of all that have been added to a figure since the last time. What others add meanwhile stays as it is. */
export async function sumTally(database: Database): Promise<void> {
  await sql`
    with taken as (delete from tally returning *)
    insert into tally
    select cluster, what, label, sum(amount) from taken group by cluster, what, label having sum(amount) <> 0`.execute(
    database.kysely,
  );
}
