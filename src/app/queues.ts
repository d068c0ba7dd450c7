/** Names of the job queues and what each job carries. */
export const queues = {
  /** Bring chat up to date: `{ incidentId }`. */
  deliver: "deliver-incident",
  /** Make plans for the newest diagnosis: `{ incidentId }`. Needs the actor's rights: a dry run is authorised like the change. */
  plan: "plan-fixes",
} as const;

export interface IncidentJob {
  readonly incidentId: string;
}
