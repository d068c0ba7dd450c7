export type IncidentStatus = "open" | "acknowledged" | "mitigating" | "resolved" | "reopened";

/** Statuses in which an incident still wants something of somebody. */
export const unresolvedStatuses = [
  "open",
  "acknowledged",
  "mitigating",
  "reopened",
] as const satisfies readonly IncidentStatus[];

/** `absorb`: it goes on as a part of another incident. What somebody has taken, or what came back, stays by itself. */
export type StatusChange = "acknowledge" | "start-mitigation" | "resolve" | "recur" | "absorb";

const next = {
  open: { acknowledge: "acknowledged", "start-mitigation": "mitigating", resolve: "resolved", absorb: "resolved" },
  acknowledged: { "start-mitigation": "mitigating", resolve: "resolved" },
  mitigating: { resolve: "resolved", acknowledge: "acknowledged" },
  resolved: { recur: "reopened" },
  reopened: { acknowledge: "acknowledged", "start-mitigation": "mitigating", resolve: "resolved" },
} as const satisfies Record<IncidentStatus, Partial<Record<StatusChange, IncidentStatus>>>;

export type StatusOutcome =
  | { readonly ok: true; readonly status: IncidentStatus }
  | { readonly ok: false; readonly reason: `cannot-${StatusChange}-when-${IncidentStatus}` };

/** The only place where an incident's status changes. A change that is not in the table is refused with a reason. */
export function advance(status: IncidentStatus, change: StatusChange): StatusOutcome {
  const row: Partial<Record<StatusChange, IncidentStatus>> = next[status];
  const to = row[change];
  return to ? { ok: true, status: to } : { ok: false, reason: `cannot-${change}-when-${status}` };
}

/** The statuses from which `change` is allowed; used as the guard in SQL. */
export function statusesAllowing(change: StatusChange): readonly IncidentStatus[] {
  return (Object.keys(next) as IncidentStatus[]).filter((status) => advance(status, change).ok);
}
