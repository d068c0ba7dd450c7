import { type Kysely, sql } from "kysely";

/**
 * While a new watcher starts beside an old one, the old one still writes a row for each object and time into what is a view now.
 * Its rows are kept the old way, read with the rest, and moved with what was kept before.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const view of ["nodes", "pods", "deployments"]) {
    const kept = `${view}_singly`;
    const { rows } = await sql<{ name: string }>`
      select column_name as name from information_schema.columns
       where table_schema = current_schema() and table_name = ${kept} order by ordinal_position`.execute(db);
    const names = rows.map(({ name }) => `"${name}"`);
    await sql
      .raw(`
      create function ${view}_written_singly() returns trigger language plpgsql as $$
      begin
        insert into ${kept} (${names.join(", ")}) values (${names.map((name) => `new.${name}`).join(", ")}) on conflict do nothing;
        return new;
      end $$`)
      .execute(db);
    await sql
      .raw(
        `create trigger written_singly instead of insert on ${view} for each row execute function ${view}_written_singly()`,
      )
      .execute(db);
  }
}
