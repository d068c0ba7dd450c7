import type { ApprovalOutcome, Person } from "../incident/approval.ts";
import type { Incident } from "../incident/incident.ts";
import type { IncidentStatus } from "../incident/status.ts";
import type { FixView, IncidentView } from "./incident-view.ts";

export type DeskOutcome = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly text: string };

/**
 * What people may ask for, whatever they ask through. The bot renders and receives; everything behind this port decides.
 * Texts in outcomes are written for the person who asked.
 */
export interface Desk {
  view(incidentId: string): Promise<IncidentView | undefined>;
  list(query: { statuses?: readonly IncidentStatus[]; limit?: number }): Promise<readonly Incident[]>;
  /** The incident's post-mortem as Markdown, as things stand; undefined when there is no such incident or no diagnosis yet. */
  postmortem(incidentId: string): Promise<string | undefined>;
  acknowledge(incidentId: string, by: Person): Promise<DeskOutcome>;
  resolve(incidentId: string, by: Person): Promise<DeskOutcome>;
  reopen(incidentId: string, by: Person): Promise<DeskOutcome>;
  notThisCause(incidentId: string, by: Person): Promise<DeskOutcome>;
  approve(planId: string, digest: string, by: Person, note?: string): Promise<ApprovalOutcome>;
  reject(planId: string, by: Person, reason: string): Promise<DeskOutcome>;
  /** Makes a plan from a recommendation again, with parameters a person has filled in or changed. */
  replan(
    incidentId: string,
    recommendationId: string,
    params: Readonly<Record<string, unknown>>,
    by: Person,
  ): Promise<FixView | undefined>;
  undo(planId: string, by: Person): Promise<DeskOutcome>;
  freeze(frozen: boolean, by: Person): Promise<DeskOutcome>;
}
