import type { ApprovalOutcome, Person } from "../incident/approval.ts";
import type { AskAnswer } from "../incident/ask-answer.ts";
import type { Incident } from "../incident/incident.ts";
import type { Redacted } from "../incident/redacted.ts";
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
  /**
   * Answers a question about an incident from its evidence; a model may look further, read-only and inside its caps. Takes up
   * to the model's deadline (a minute by default). Never throws for what the model does.
   */
  ask(incidentId: string, question: string, by: Person): Promise<AskAnswer>;
  /**
   * Puts back names and addresses that are kept from chat, for text that one person alone will see (an ephemeral message, a
   * modal, a page of their own). Unchanged where the configuration does not let this person; secrets are never put back.
   */
  reveal(text: Redacted, by: Person): Redacted;
  freeze(frozen: boolean, by: Person): Promise<DeskOutcome>;
}
