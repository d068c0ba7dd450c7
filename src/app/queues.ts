import { z } from "zod";
import { actionCodes } from "../incident/action-code.ts";
import { causeCodes } from "../incident/cause.ts";
import { actionRisks } from "../incident/fix/action-risk.ts";
import type { Recommendation } from "../incident/fix/recommendation.ts";
import { objectRefSchema } from "../incident/object-ref.ts";
import type { Redacted } from "../incident/redacted.ts";

/** Names of the job queues. What reads logs (the watcher) and what may write to the cluster (the actor) meet only here and in rows. */
export const queues = {
  /** Watcher: bring chat up to date. */
  deliver: "deliver-incident",
  /** Watcher: diagnose an incident again, out of turn. */
  diagnose: "diagnose-incident",
  /** Actor: make plans for the newest diagnosis. A dry run is authorised like the change, so it needs the actor's rights. */
  plan: "plan-fixes",
  /** Actor: make one plan again, with what a person filled in. */
  replan: "replan-fix",
  /** Watcher: send the digest of a cluster. */
  digest: "send-digest",
  /** Actor: take an applied plan back. */
  undo: "undo-plan",
} as const;

const incidentId = z.string().regex(/^\d+$/);

export const incidentJob = z.object({ incidentId });

/** A recommendation as it crosses from the watcher to the actor; parameters are judged again by the action itself. */
const recommendation = z.object({
  id: z.string(),
  action: z.enum(actionCodes),
  target: objectRefSchema,
  cause: z.enum(causeCodes).optional(),
  params: z.record(z.string(), z.unknown()),
  needs: z.array(z.object({ name: z.string(), why: z.string() })),
  reason: z.string(),
  confidence: z.number(),
  kubectl: z.string(),
  risk: z.enum(actionRisks),
  reversible: z.boolean(),
  trafficShare: z.number().min(0).max(1).optional(),
});

export const replanJob = z.object({
  incidentId,
  version: z.int(),
  recommendation,
  cause: z.enum(causeCodes).nullable(),
  requestedBy: z.string().nullable(),
  /** Names of the parameters that a person has set. */
  edited: z.array(z.string()).max(50).default([]),
  /** Everybody who has set one, in this plan or in those it goes on from. */
  setBy: z.array(z.string()).max(100).default([]),
});

/** Its text was redacted where it was made; a queue does not change that. */
export function recommendationOf(job: z.infer<typeof replanJob>): Recommendation {
  const { cause, reason, trafficShare, ...rest } = job.recommendation;
  return {
    ...rest,
    reason: reason as Redacted,
    ...(cause ? { cause } : {}),
    ...(trafficShare === undefined ? {} : { trafficShare }),
  };
}

export const undoJob = z.object({ planId: z.string(), by: z.string() });
