import { type Kysely, sql } from "kysely";

/** As the configuration has it (`retention.auditDays`): whatever the rows say, nothing younger goes. */
const leastDays = 180;
/** A cluster that has not said anything for so long has no kubemend any more (days). */
const forgottenAfterDays = 30;

/**
 * Who may delete from the audit may take back what he did. The beginning of the chain is therefore cut by this function alone:
 * only what is older than every cluster wants to keep it, and than half a year, and never past a plan that is still there.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db);
  const schema = `"${rows[0]?.schema ?? "public"}"`;
  await sql
    .raw(`
    create function ${schema}.cut_audit(most integer)
      returns table (first bigint, last bigint, hash text, at_ms bigint, days integer)
      language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    #variable_conflict use_column
    declare
      keep integer;
      cut record;
    begin
      select case when bool_and(r.days is not null) then greatest(max(r.days), ${leastDays}) end into keep
        from ${schema}.audit_retention r where r.said_at > now() - make_interval(days => ${forgottenAfterDays});
      if keep is null then return; end if;
      with beginning as (select min(seq) as seq from ${schema}.audit),
      stays as (
        select a.seq from ${schema}.audit a
         where a.at_ms >= extract(epoch from now() - make_interval(days => keep)) * 1000
            or exists (select from ${schema}.action_plan p where p.id = a.subject)
         order by a.seq limit 1)
      select b.seq as first, a.seq as last, a.hash, a.at_ms into cut
        from beginning b, ${schema}.audit a
       where a.seq < coalesce((select seq from stays), (select seq from ${schema}.audit_head)) and a.seq < b.seq + most
       order by a.seq desc limit 1;
      if cut.last is null then return; end if;
      delete from ${schema}.audit where seq <= cut.last;
      return query select cut.first, cut.last, cut.hash, cut.at_ms, keep;
    end $$`)
    .execute(db);
  // For whom it is, `kubemend migrate --watcher-user` says.
  await sql.raw(`revoke execute on function ${schema}.cut_audit(integer) from public`).execute(db);
}
