import type { ApprovalOutcome, Person } from "../incident/approval.ts";
import type { AskAnswer } from "../incident/diagnosis/ask-answer.ts";
import type { Diagnosis } from "../incident/diagnosis/diagnosis.ts";
import type { Evidence } from "../incident/diagnosis/evidence.ts";
import type { RememberedIncident } from "../incident/diagnosis/past-incident.ts";
import type { Recommendation } from "../incident/fix/recommendation.ts";
import type { Incident } from "../incident/incident.ts";
import type { ObjectRef } from "../incident/object-ref.ts";
import type { Redacted } from "../incident/redacted.ts";
import type { HealthLine } from "../incident/report/health-line.ts";
import type { Severity } from "../incident/severity.ts";
import type { SilenceMatcher, SilenceRequest, StoredSilence } from "../incident/silence.ts";
import type { IncidentStatus } from "../incident/status.ts";
import type { HomeView } from "./home-view.ts";
import type { FixView, IncidentView } from "./incident-view.ts";

interface IncidentsAsked {
  readonly statuses?: readonly IncidentStatus[];
  readonly cluster?: string;
}

export type DeskOutcome = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly text: string };

/** What a silence would keep quiet, as far as can be seen now. */
export interface SilencePreview {
  readonly matcher: SilenceMatcher;
  readonly from: number;
  readonly until: number;
  /** Anomalies there are now that match; `more` counts those that are not listed. */
  readonly active: readonly { readonly target: ObjectRef; readonly summary: Redacted }[];
  readonly more: number;
  /** Open incidents that it concerns; they stay open, and no new one is opened. */
  readonly open: readonly Incident[];
  /** Of the incidents of the last `days`, how many would not have been raised. */
  readonly past: { readonly matched: number; readonly of: number; readonly days: number };
}

/** What a look at one workload came to. */
export type WorkloadAnswer =
  | { readonly type: "incident"; readonly incidentId: string }
  | {
      readonly type: "diagnosed";
      readonly target: ObjectRef;
      readonly diagnosis: Diagnosis;
      readonly recommendations: readonly Recommendation[];
      readonly evidence: readonly Evidence[];
    }
  /** Nothing abnormal, no such workload, or nobody who could look; in words for the person. */
  | { readonly type: "nothing"; readonly text: string };

/** Sends the digest now, to whom it goes anyway. */
export interface DigestPort {
  now(by: Person): Promise<DeskOutcome>;
}

/** Experiments: `list`, `run <name>`, `stop`, as typed after `/incident chaos`. */
export interface ChaosPort {
  command(words: readonly string[], by: Person): Promise<DeskOutcome>;
}

/** The web pages. */
export interface WebPort {
  /** A link that signs this person in, once and within minutes; undefined for people whom Slack does not know. */
  signInLink(by: Person): Promise<string | undefined>;
}

/** What people do beside deciding about fixes: raise and comment incidents, keep noise quiet, look how things stand. */
export interface Operations {
  /** Opens an incident by hand. `workload` as people name it: `shop/carts`, `Deployment/shop/carts`. */
  declare(
    draft: { readonly title: string; readonly severity: Severity; readonly workload?: string },
    by: Person,
  ): Promise<DeskOutcome & { readonly incidentId?: string }>;
  /** Looks at one workload now; nothing of it is kept. */
  diagnose(workload: string, by: Person): Promise<WorkloadAnswer>;
  /** Puts a person's words on the timeline. */
  addNote(incidentId: string, text: string, by: Person): Promise<DeskOutcome>;
  /** A thumb up or down on the cause that is named first. */
  rate(incidentId: string, verdict: "right" | "wrong", by: Person): Promise<DeskOutcome>;
  previewSilence(request: SilenceRequest): Promise<SilencePreview>;
  silence(request: SilenceRequest, by: Person): Promise<DeskOutcome>;
  /** Those that hold now or will, the first to end first. */
  silences(): Promise<readonly StoredSilence[]>;
  endSilence(id: string, by: Person): Promise<DeskOutcome>;
  home(by: Person): Promise<HomeView>;
  health(): Promise<readonly HealthLine[]>;
  /** Absent while no digest is configured. */
  readonly digest?: DigestPort;
  /** Absent while experiments are not configured. */
  readonly chaos?: ChaosPort;
  /** Absent while nobody signs in to the web pages by Slack. */
  readonly web?: WebPort;
}

/**
 * What people may ask for, whatever they ask through. The bot renders and receives; everything behind this port decides.
 * Texts in outcomes are written for the person who asked.
 */
export interface Desk extends Operations {
  view(incidentId: string): Promise<IncidentView | undefined>;
  /** What is still known of an incident that was deleted after its days. */
  remembered(incidentId: string): Promise<RememberedIncident | undefined>;
  /** Newest first, or the worst of them; `offset`: how many come before. */
  list(query: IncidentsAsked & { limit?: number; offset?: number; order?: "worst" }): Promise<readonly Incident[]>;
  /** How many there are; 10,000 stands for more as well. */
  count(query: IncidentsAsked): Promise<number>;
  /** The incident's post-mortem as Markdown, as things stand; undefined when there is no such incident or no diagnosis yet. */
  postmortem(incidentId: string): Promise<string | undefined>;
  acknowledge(incidentId: string, by: Person): Promise<DeskOutcome>;
  resolve(incidentId: string, by: Person): Promise<DeskOutcome>;
  reopen(incidentId: string, by: Person): Promise<DeskOutcome>;
  notThisCause(incidentId: string, by: Person): Promise<DeskOutcome>;
  /** `code`: the approver's one-time code, where the plan asks for one. */
  approve(planId: string, digest: string, by: Person, note?: string, code?: string): Promise<ApprovalOutcome>;
  reject(planId: string, by: Person, reason: string): Promise<DeskOutcome>;
  /** Makes a plan from a recommendation again, with parameters a person has filled in or changed. */
  replan(
    incidentId: string,
    recommendationId: string,
    params: Readonly<Record<string, unknown>>,
    by: Person,
  ): Promise<FixView | undefined>;
  /**
   * The same with what a person typed: values that only he knows when there is no plan yet, otherwise other values in place
   * of those of the plan that is there. Refused when something may not be edited, or is no valid value.
   */
  replanWith(
    incidentId: string,
    recommendationId: string,
    values: Readonly<Record<string, string>>,
    by: Person,
  ): Promise<
    | { readonly ok: true; readonly fix: FixView; readonly changed?: readonly string[] }
    | { readonly ok: false; readonly text: string }
  >;
  /** `code`: the person's one-time code, where approving the plan needed one. */
  undo(planId: string, by: Person, code?: string): Promise<DeskOutcome>;
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
  /** Why nothing about this incident is decided here, in words; undefined for those of the own cluster. Absent where there is but one. */
  readonly elsewhere?: (incidentId: string) => Promise<string | undefined>;
  /** Stops every change, or lets changes happen again; `why` in the person's words. */
  freeze(frozen: boolean, by: Person, why?: string): Promise<DeskOutcome>;
}
