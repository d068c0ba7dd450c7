import { type Kysely, sql } from "kysely";

/** What a plan works on, so that others can go on beside it; and the symptoms its effect is judged by, for a watcher that starts anew. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table action_plan add column holds text[] not null default '{}', add column symptoms jsonb`.execute(
    db,
  );
  // Plans that may still be carried out tell what their steps name.
  await sql`
    update action_plan p set holds = array(
      select distinct concat_ws('/', ref ->> 'kind', coalesce(ref ->> 'namespace', ''), ref ->> 'name')
        from (select p.content -> 'target' as ref
              union all select one -> 'target' from jsonb_path_query(p.content, 'lax $.*[*] ? (exists (@.target))') as one) as named
       where ref ? 'name')
     where state in ('proposed', 'approved', 'executing')`.execute(db);
}
