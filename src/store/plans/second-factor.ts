import { sql } from "kysely";
import type { SecondFactorRefusal } from "../../incident/approval.ts";
import { enrolmentUri, newSecret, stepOfCode } from "../../lib/one-time-code.ts";
import { seal, unseal } from "../../lib/seal.ts";
import { inAuditedTransaction } from "../audit.ts";
import type { Database } from "../database.ts";

/** Wrong codes within the window before nobody may guess any more. Six digits and three valid codes: 5 in a quarter of an hour are 1 in 66,000. */
const maxFailures = 5;
const failureMinutes = 15;
const issuer = "kubemend";

/** Who has an authenticator; times in unix ms. `lockedUntil` is null for one that may be used now. */
export interface SecondFactorPerson {
  readonly personId: string;
  readonly enrolledAt: number;
  readonly lockedUntil: number | null;
}

interface Row {
  readonly person_id: string;
  readonly sealed: string;
  readonly last_step: string;
  readonly locked: boolean;
  readonly ms: string;
}

/**
 * Gives a person a new authenticator. Refused when there is one, unless `replace`: whoever lost a telephone is helped by an
 * operator, who is written down. @returns the link for the authenticator, which is shown once and kept nowhere.
 */
export async function enrolSecondFactor(
  database: Database,
  key: Buffer,
  who: { readonly personId: string; readonly by: string; readonly replace?: boolean },
): Promise<{ readonly type: "enrolled"; readonly uri: string } | { readonly type: "already-enrolled" }> {
  const { personId, by, replace = false } = who;
  const secret = newSecret();
  return await inAuditedTransaction(database, async (tx, record) => {
    // The steps used with an old secret say nothing about the new one.
    const { rows } = await sql`
      insert into second_factor (person_id, sealed, enrolled_by) values (${personId}, ${seal(secret, personId, key)}, ${by})
      on conflict (person_id) do update set sealed = excluded.sealed, enrolled_by = excluded.enrolled_by,
             enrolled_at = clock_timestamp(), last_step = -1, failures = 0, failing_since = null, locked_until = null
       where ${replace}
      returning person_id`.execute(tx);
    if (rows.length === 0) return { type: "already-enrolled" } as const;
    record({ event: "second-factor.enrolled", actor: by, subject: personId, body: { replaced: replace } });
    const label = personId.replace(/^[a-z]+:/, "");
    return { type: "enrolled", uri: enrolmentUri(secret, issuer, label) } as const;
  });
}

/** @returns false when there was none. */
export async function removeSecondFactor(
  database: Database,
  who: { readonly personId: string; readonly by: string },
): Promise<boolean> {
  return await inAuditedTransaction(database, async (tx, record) => {
    const { rows } = await sql`delete from second_factor where person_id = ${who.personId} returning person_id`.execute(
      tx,
    );
    if (rows.length === 0) return false;
    record({ event: "second-factor.removed", actor: who.by, subject: who.personId, body: {} });
    return true;
  });
}

/** Without secrets. By id, the first 10,000; `lockedUntil` (ms) is null for one that may be used now. */
export async function listSecondFactors(database: Database): Promise<readonly SecondFactorPerson[]> {
  const { rows } = await sql<{ person_id: string; enrolled_at: Date; locked_until: Date | null }>`
    select person_id, enrolled_at, case when locked_until > clock_timestamp() then locked_until end as locked_until
      from second_factor order by person_id limit 10000`.execute(database.kysely);
  return rows.map((row) => ({
    personId: row.person_id,
    enrolledAt: row.enrolled_at.getTime(),
    lockedUntil: row.locked_until?.getTime() ?? null,
  }));
}

export interface CodeAttempt {
  /** All ids of the person, as the edge that identified him knows them. */
  readonly ids: readonly string[];
  readonly code: string;
  readonly planId: string;
}

/**
 * Judges a one-time code by the database's clock and uses it up: the same code, and older ones, never count again. After
 * some wrong codes nothing is judged for a while. Every judgement is audited.
 */
export async function useCode(
  database: Database,
  key: Buffer,
  { ids, code, planId }: CodeAttempt,
): Promise<"accepted" | SecondFactorRefusal> {
  return await inAuditedTransaction(database, async (tx, record) => {
    const { rows } = await sql<Row>`
      select person_id, sealed, last_step, coalesce(locked_until > clock_timestamp(), false) as locked,
             (extract(epoch from clock_timestamp()) * 1000)::bigint as ms
        from second_factor where person_id = any(${[...ids]}) order by person_id limit 1 for update`.execute(tx);
    const row = rows[0];
    if (!row) return "not-enrolled";
    if (row.locked) return "code-locked";
    const secret = unseal(row.sealed, row.person_id, key);
    if (secret === undefined) return "second-factor-unavailable";
    const step = stepOfCode(secret, code, Number(row.ms));
    if (step !== undefined && step > Number(row.last_step)) {
      await sql`
        update second_factor set last_step = ${step}, failures = 0, failing_since = null, locked_until = null
         where person_id = ${row.person_id}`.execute(tx);
      record({ event: "second-factor.accepted", actor: row.person_id, subject: row.person_id, body: { planId } });
      return "accepted";
    }
    const reason = step === undefined ? "code-wrong" : "code-used";
    await sql`
      update second_factor set
             failures = case when failing_since > clock_timestamp() - make_interval(mins => ${failureMinutes}::int) then failures + 1 else 1 end,
             failing_since = case when failing_since > clock_timestamp() - make_interval(mins => ${failureMinutes}::int) then failing_since else clock_timestamp() end
       where person_id = ${row.person_id}`.execute(tx);
    await sql`
      update second_factor set locked_until = clock_timestamp() + make_interval(mins => ${failureMinutes}::int), failures = 0, failing_since = null
       where person_id = ${row.person_id} and failures >= ${maxFailures}`.execute(tx);
    record({ event: "second-factor.refused", actor: row.person_id, subject: row.person_id, body: { planId, reason } });
    return reason;
  });
}
