import { sql } from "kysely";

/** For the `where` of whoever counts changes against a budget: those of the last hour. */
export const isSpent = (plan: string) =>
  sql<boolean>`((${sql.ref(`${plan}.phase`)} is not null or ${sql.ref(`${plan}.state`)} = 'approved')
    and ${sql.ref(`${plan}.decided_at`)} > now() - interval '1 hour')`;

/** The namespaces (`name`) that a plan counts against, as `heldNamespaces` tells them: its target's, and those of all that it works on. */
export const namespacesOf = (plan: string) =>
  sql`(select ${sql.ref(`${plan}.namespace`)} as name union
       select split_part(key, '/', 2) from unnest(${sql.ref(`${plan}.holds`)}) as key where split_part(key, '/', 2) <> '')`;
