import { sql } from "kysely";

/** What a plan that is counted at all has: it was begun, or somebody waits for it. */
const isCounted = (plan: string) =>
  sql<boolean>`(${sql.ref(`${plan}.phase`)} is not null or ${sql.ref(`${plan}.state`)} = 'approved')`;

/** For the `where` of whoever counts changes against a budget: those of the last hour. */
export const isSpent = (plan: string) =>
  sql<boolean>`(${isCounted(plan)} and ${sql.ref(`${plan}.decided_at`)} > now() - interval '1 hour')`;

/**
 * Of the same cluster, and approved before a plan was, within the hour before. Counted so, whoever looks again later and however
 * often comes to the same: of all that were approved, those come through that the budget has room for, the first ones.
 */
export const isSpentBefore = (plan: string, than: string) =>
  sql<boolean>`(${isCounted(plan)} and ${sql.ref(`${plan}.cluster`)} is not distinct from ${sql.ref(`${than}.cluster`)}
    and ${sql.ref(`${plan}.decided_at`)} > ${sql.ref(`${than}.decided_at`)} - interval '1 hour'
    and (${sql.ref(`${plan}.decided_at`)}, ${sql.ref(`${plan}.id`)}) < (${sql.ref(`${than}.decided_at`)}, ${sql.ref(`${than}.id`)}))`;

/** The namespaces (`name`) that a plan counts against, as `heldNamespaces` tells them: its target's, and those of all that it works on. */
export const namespacesOf = (plan: string) =>
  sql`(select ${sql.ref(`${plan}.namespace`)} as name union
       select split_part(key, '/', 2) from unnest(${sql.ref(`${plan}.holds`)}) as key where split_part(key, '/', 2) <> '')`;

/**
 * What `spentColumns` gives: how many changes count. Namespaces that had none are absent; null when no change touched
 * any.
 */
export interface SpentRow {
  readonly in_cluster: number;
  readonly in_namespaces: Readonly<Record<string, number>> | null;
}

/** For the `select` of whoever has gathered the `namespace` and `holds` of the plans that count as `spent`. */
export const spentColumns = sql`(select count(*)::int from spent) as in_cluster,
  (select jsonb_object_agg(name, changes) from (
     select name, count(*) as changes from spent, lateral ${namespacesOf("spent")} as touched group by name
   ) as counted) as in_namespaces`;

/**
 * Changes of the last hour, in the cluster and by namespace; none without a row. A namespace that had none is not in
 * the map.
 */
export function spentOf(row: SpentRow | undefined) {
  return { cluster: row?.in_cluster ?? 0, namespaces: new Map(Object.entries(row?.in_namespaces ?? {})) };
}

/** For the `where` of whoever must not begin a change when its incident is resolved. */
export const isOverIncident = (incidentId: string) => {
  const id = sql.ref(incidentId);
  return sql<boolean>`exists (select from incident i where i.status = 'resolved'
    and i.id = case when ${id} ~ '^[0-9]{1,18}$' then ${id}::bigint end)`;
};
