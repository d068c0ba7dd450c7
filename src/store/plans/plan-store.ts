import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { ActionPlan } from "../../incident/fix/action-plan.ts";
import type { RecordKey } from "../../incident/fix/action-record.ts";
import type { Database } from "../database.ts";
import { claimExecution, claimUndo } from "./claims.ts";
import { finishExecution, markStepSent, postponeExecution, renewLease, unmarkStepSent } from "./executions.ts";
import { expirePlans } from "./expire-plans.ts";
import { getFreeze, setFreeze } from "./freeze.ts";
import { keepSymptoms, symptomsOf } from "./plan-symptoms.ts";
import { getPlan, type ProposedBy, planStanding, plansOf, plansToVerify, savePlan } from "./plans.ts";
import { tellExecution, untoldExecutions } from "./told-executions.ts";
import { outcomesOf, saveVerification } from "./verifications.ts";
import { castRejection, castVote, type Vote, whyNoVote } from "./votes.ts";

/** Ids of plans and executions: time first, so that they sort, then enough randomness that nobody meets another's. */
export function newPlanId(): string {
  return `${Date.now().toString(36).padStart(9, "0")}${randomBytes(8).toString("hex")}`;
}

export interface PlanStoreOptions {
  /** Tells this process from all others, its own earlier life included. */
  readonly holder?: string;
  /** How long a claim stands without being renewed (ms). Longer than any single request to the cluster may take. */
  readonly leaseMs?: number;
  /** The one cluster whose plans are its business; without it those of any, for databases that know one cluster alone. */
  readonly cluster?: string;
}

/** Everything about plans that lives in the database, bound to one. Fits the port that `actions` declares. */
export function createPlanStore(database: Database, options: PlanStoreOptions = {}) {
  const holder = options.holder ?? `${hostname()}:${process.pid}:${randomBytes(4).toString("hex")}`;
  const leaseMs = options.leaseMs ?? 45_000;
  const { cluster } = options;
  const request = { holder, leaseMs, newId: newPlanId, cluster };
  type Tail<F> = F extends (database: Database, ...rest: infer R) => infer T ? (...rest: R) => T : never;
  const bind = <F extends (database: Database, ...rest: never[]) => unknown>(f: F): Tail<F> =>
    ((...rest: never[]) => f(database, ...rest)) as Tail<F>;
  return {
    newId: newPlanId,
    standing: () => planStanding(database, cluster),
    save: (plan: ActionPlan, by: ProposedBy) => savePlan(database, plan, by, cluster),
    get: bind(getPlan),
    ofIncident: bind(plansOf),
    toVerify: (limit?: number) => plansToVerify(database, cluster, limit),
    expire: (entryOf: Parameters<typeof expirePlans>[1]) => expirePlans(database, entryOf, cluster),
    whyNoVote: (vote: Parameters<typeof whyNoVote>[1]) => whyNoVote(database, { ...vote, cluster }),
    vote: (vote: Vote) => castVote(database, { ...vote, cluster }),
    reject: (rejection: Parameters<typeof castRejection>[1]) => castRejection(database, { ...rejection, cluster }),
    claim: (planId?: string) => claimExecution(database, planId === undefined ? request : { ...request, planId }),
    claimUndo: (planId: string, actor: string) => claimUndo(database, { ...request, planId, actor }),
    renew: (claim: Parameters<typeof renewLease>[1]) => renewLease(database, claim, leaseMs),
    markSent: bind(markStepSent),
    unmarkSent: bind(unmarkStepSent),
    finish: bind(finishExecution),
    postpone: bind(postponeExecution),
    untold: () => untoldExecutions(database, cluster),
    tell: bind(tellExecution),
    symptomsOf: bind(symptomsOf),
    keepSymptoms: bind(keepSymptoms),
    saveVerification: bind(saveVerification),
    outcomes: (key: RecordKey) => outcomesOf(database, key, cluster),
    freeze: bind(setFreeze),
    frozen: bind(getFreeze),
  };
}
