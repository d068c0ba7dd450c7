import { type Kysely, sql } from "kysely";
import type { ApprovalOutcome, ApprovalRefusal, Person } from "../../incident/approval.ts";
import { storableText } from "../../lib/storable-text.ts";
import { inAuditedTransaction } from "../audit.ts";
import type { Database } from "../database.ts";
import type { Tables } from "../tables.ts";
import { isOurs } from "./plans.ts";
import { isOverIncident, isSpent, namespacesOf } from "./spent.ts";

export interface Vote {
  readonly planId: string;
  /** Of the plan as the person saw it. */
  readonly digest: string;
  readonly by: Person;
  readonly note?: string;
  /** Of whoever counts the vote: a plan of another cluster is unknown to it. */
  readonly cluster?: string | undefined;
  /** Counts only while no other change of the incident is on its way or waits for its verdict. */
  readonly oneAtATime?: boolean;
  readonly budgets: { readonly perNamespacePerHour: number; readonly perClusterPerHour: number };
}

class BudgetSpent extends Error {}

/** A change of the last hour in the same cluster. */
const isBeside = sql<boolean>`(spent.cluster is not distinct from action_plan.cluster and ${isSpent("spent")})`;

const overIncident = isOverIncident("incident_id");

const otherChange = sql<boolean>`exists (select from action_plan other where other.incident_id = action_plan.incident_id
  and other.id <> action_plan.id and (other.state in ('approved', 'executing')
    or (other.state = 'applied' and not exists (select from verification v where v.plan_id = other.id))))`;

/**
 * Counts one person's approval, and approves the plan with the last one needed. The row decides: what is true of it
 * (digest, state, time by the database's clock, freeze switch, budgets) stands in the WHERE clauses.
 */
export async function castVote(database: Database, vote: Vote): Promise<ApprovalOutcome> {
  try {
    return await database.kysely.connection().execute((kysely) => castOn({ kysely }, vote));
  } catch (error) {
    if (error instanceof BudgetSpent) return { type: "refused", reason: "budget-spent" };
    throw error;
  }
}

/**
 * On one connection: many votes at once wait for connections, and by the time the later ones have one the plan is decided.
 * They hear so in one query, without queueing up behind each other at the end of the audit.
 */
async function castOn(database: Pick<Database, "kysely">, vote: Vote): Promise<ApprovalOutcome> {
  const tooLate = await whyNot(database.kysely, vote);
  if (tooLate) return { type: "refused", reason: tooLate };
  return await inAuditedTransaction(database, async (tx, record): Promise<ApprovalOutcome> => {
    const { planId, digest, by } = vote;
    const note = vote.note === undefined ? null : storableText(vote.note);
    const counted = await sql`
        insert into plan_vote (plan_id, person_id, person_name, digest, note)
        select id, ${by.id}, ${by.name}, ${digest}, ${note} from action_plan
         where id = ${planId} and ${isOurs(vote.cluster)} and digest = ${digest} and state = 'proposed' and expires_at > clock_timestamp()
           and not coalesce((select frozen from freeze_switch), true) and not ${overIncident}
           and not (${vote.oneAtATime === true}::boolean and ${otherChange})
        on conflict do nothing
        returning plan_id`.execute(tx);
    if (counted.rows.length === 0) return { type: "refused", reason: (await whyNot(tx, vote)) ?? "already-decided" };
    record({ event: "plan.voted", actor: by.id, subject: planId, body: { digest, note } });
    const { rows } = await sql<{ have: number; need: number }>`
        select (select count(*)::int from plan_vote v where v.plan_id = p.id and v.digest = p.digest) as have, approvals_needed as need
          from action_plan p where id = ${planId}`.execute(tx);
    const { have = 0, need = 1 } = rows[0] ?? {};
    if (have < need) return { type: "vote-counted", have, need };
    const approved = await sql`
        update action_plan set state = 'approved', decided_at = clock_timestamp()
         where id = ${planId} and state = 'proposed'
           and not exists (select from ${namespacesOf("action_plan")} as touched
                 where (select count(*) from action_plan spent where ${isBeside}
                          and touched.name in (select name from ${namespacesOf("spent")} as its)) >= ${vote.budgets.perNamespacePerHour})
           and (select count(*) from action_plan spent where ${isBeside}) < ${vote.budgets.perClusterPerHour}
        returning id`.execute(tx);
    // Rolls the vote back too: it can be given again when there is budget.
    if (approved.rows.length === 0) throw new BudgetSpent();
    record({ event: "plan.approved", actor: by.id, subject: planId, body: { digest, votes: have } });
    return { type: "approved" };
  });
}

/** Why this person cannot approve this plan (any more), so that the loser of a race can be told; undefined when he can. */
async function whyNot(
  db: Kysely<Tables>,
  {
    planId,
    digest,
    by,
    cluster,
    oneAtATime = false,
  }: Pick<Vote, "planId" | "digest" | "by" | "cluster" | "oneAtATime">,
): Promise<ApprovalRefusal | undefined> {
  const { rows } = await sql<{
    state: string;
    digest: string;
    late: boolean;
    frozen: boolean;
    voted: boolean;
    over: boolean;
    other: boolean;
  }>`
    select state, digest, expires_at <= clock_timestamp() as late, coalesce((select frozen from freeze_switch), true) as frozen,
           exists (select from plan_vote where plan_id = id and person_id = ${by.id}) as voted,
           ${overIncident} as over, ${otherChange} as other
      from action_plan where id = ${planId} and ${isOurs(cluster)}`.execute(db);
  const row = rows[0];
  if (!row) return "unknown-plan";
  if (row.digest !== digest || row.state === "superseded") return "plan-changed";
  if (row.state === "expired" || (row.state === "proposed" && row.late)) return "expired";
  if (row.state !== "proposed") return "already-decided";
  if (row.voted) return "already-voted";
  if (row.frozen) return "frozen";
  if (row.over) return "incident-over";
  return oneAtATime && row.other ? "one-at-a-time" : undefined;
}

/** The same as a vote would be told now, in one query and without waiting in line; most of those who come too late come here. */
export function whyNoVote(
  database: Database,
  vote: Pick<Vote, "planId" | "digest" | "by" | "cluster" | "oneAtATime">,
): Promise<ApprovalRefusal | undefined> {
  return whyNot(database.kysely, vote);
}

export type RejectOutcome =
  | { readonly type: "rejected" }
  | { readonly type: "refused"; readonly reason: ApprovalRefusal };

/** Closes a proposal with a person's reason. Works while frozen: saying no changes nothing. */
export async function castRejection(
  database: Database,
  rejection: Pick<Vote, "planId" | "digest" | "by" | "cluster"> & { readonly reason: string },
): Promise<RejectOutcome> {
  const { planId, digest, by } = rejection;
  const reason = storableText(rejection.reason);
  return await inAuditedTransaction(database, async (tx, record): Promise<RejectOutcome> => {
    const done = await sql`
      update action_plan set state = 'rejected', decided_at = clock_timestamp(), finished_at = clock_timestamp(), reason = ${reason},
             rejected_by = ${storableText(by.name)}
       where id = ${planId} and ${isOurs(rejection.cluster)} and digest = ${digest} and state = 'proposed' returning id`.execute(
      tx,
    );
    if (done.rows.length === 0) return { type: "refused", reason: (await whyNot(tx, rejection)) ?? "already-decided" };
    record({ event: "plan.rejected", actor: by.id, subject: planId, body: { digest, reason } });
    return { type: "rejected" };
  });
}
