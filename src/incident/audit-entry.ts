/** What is written down about each change of state, in the same transaction as the change. */
export type AuditEvent =
  | "plan.proposed"
  | "plan.superseded"
  | "plan.voted"
  | "plan.approved"
  | "plan.rejected"
  | "plan.expired"
  | "execution.claimed"
  | "execution.finished"
  | "verification.recorded"
  | "second-factor.enrolled"
  | "second-factor.removed"
  | "second-factor.accepted"
  | "second-factor.refused"
  | "freeze.changed"
  | "silence.created"
  | "silence.ended"
  | "incident.merged"
  | "incidents.pruned"
  | "audit.pruned"
  | "audit.taken-back";

/** One link of the chain. `hash` covers everything else, `prevHash` included. */
export interface AuditEntry {
  /** 1, 2, 3, … without gaps; where the beginning was pruned it begins later. */
  readonly seq: number;
  /** By the database's clock (ms). */
  readonly at: number;
  readonly event: AuditEvent;
  /** Who did it: a person's id, or `kubemend`. */
  readonly actor: string;
  /** What it is about: a plan's id, `freeze`, `silence:<number>`, `incident:<number>`, `retention`, or `audit`. */
  readonly subject: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly prevHash: string;
  readonly hash: string;
}

/** The beginning of the chain that was cut off by retention, as the chain itself says. */
export interface PrunedAudit {
  /** The last entry that was cut off. */
  readonly last: number;
  /** When that was written, and when it was cut off (ms). */
  readonly lastAt: number;
  readonly at: number;
  /** The entry that says so. */
  readonly saidBy: number;
}

export type AuditVerdict =
  | { readonly intact: true; readonly entries: number; readonly pruned?: PrunedAudit }
  /**
   * `seq`: the first place where the chain does not hold. `rewritten`: whole in itself, but not what an earlier export has
   * there. `unwritten`: there are plans of which the chain knows nothing.
   */
  | {
      readonly intact: false;
      readonly seq: number;
      readonly problem: "missing" | "changed" | "cut-off" | "not-chained" | "rewritten" | "unwritten";
    };
