import type { AuditEntry } from "../../incident/audit-entry.ts";
import type { RememberedIncident } from "../../incident/diagnosis/past-incident.ts";
import type { StoredPlan } from "../../incident/fix/stored-plan.ts";
import type { ObjectRef } from "../../incident/object-ref.ts";
import type { Redacted } from "../../incident/redacted.ts";
import type { HealthLine } from "../../incident/report/health-line.ts";
import type {
  FilterChoices,
  IncidentCount,
  IncidentCursor,
  IncidentFilter,
  ListedIncident,
} from "../../incident/report/incident-list.ts";
import type { Risk } from "../../incident/risk.ts";
import type { StoredSilence } from "../../incident/silence.ts";
import type { ChartData } from "../charts/chart-data.ts";
import type { Desk } from "../desk.ts";
import type { IncidentView } from "../incident-view.ts";
import type { Identity } from "../slack/identity.ts";

export interface IncidentQuery extends IncidentFilter {
  /** Where the page before ended. */
  readonly after?: IncidentCursor;
}

export interface IncidentRow extends ListedIncident {
  readonly title: Redacted;
}

export interface IncidentList {
  readonly rows: readonly IncidentRow[];
  readonly next?: IncidentCursor;
  readonly total: IncidentCount;
  /** How many of them still want something of somebody; absent where a status was asked for. */
  readonly unresolved?: IncidentCount;
  readonly choices: FilterChoices;
}

/** `culprit`: the first hypothesis names it; `hurt`: it has symptoms; `near`: it talks to one of these. */
export interface TopologyNode {
  readonly ref: ObjectRef;
  readonly role: "culprit" | "hurt" | "near";
}

/** `from` needs `to`. Indexes into the nodes. */
export interface TopologyEdge {
  readonly from: number;
  readonly to: number;
  readonly how: string;
  /** The fault has travelled along it. */
  readonly onPath: boolean;
}

export interface TopologyPicture {
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
}

/** One line of a workload's log, as read; `mark` says why it stands out. */
export interface LogRow {
  readonly at?: number;
  readonly source: string;
  readonly text: Redacted;
  readonly mark?: "first" | "worst";
}

export interface LogExcerpt {
  /** How many kinds of lines there are, and how many of all lines could be read. */
  readonly summary?: string;
  readonly rows: readonly LogRow[];
  /** Words that these lines have and quiet times do not. */
  readonly hallmarks: readonly Redacted[];
}

export interface IncidentDetail {
  readonly view: IncidentView;
  /** Everything that was planned for it, oldest first. */
  readonly plans: readonly StoredPlan[];
  /** The latest, oldest first; `auditEarlier` counts those before. */
  readonly audit: readonly AuditEntry[];
  readonly auditEarlier: number;
  readonly logs?: LogExcerpt;
  readonly topology?: TopologyPicture;
  /** Of the chart, which comes by itself later: how much room it takes. Absent when nothing was measured. */
  readonly chart?: { readonly panels: number; readonly marks: number };
}

export interface DetectorRow {
  readonly name: string;
  readonly family: string;
  readonly active: number;
  /** In the newest incidents of the last 30 days. */
  readonly incidents: number;
  readonly lastAt: number | null;
}

export interface DetectorsOverview {
  readonly health: readonly HealthLine[];
  /** What bounds have cost: name and count, the zeros included, because "nothing dropped" is an answer too. */
  readonly drops: readonly { readonly what: string; readonly count: number }[];
  readonly detectors: readonly DetectorRow[];
  readonly silences: readonly StoredSilence[];
}

export interface ModelFigure {
  readonly name: string;
  readonly value: string;
}

export interface ModelCard {
  readonly name: string;
  readonly purpose: string;
  readonly source: string;
  readonly figures: readonly ModelFigure[];
}

export interface ModelsOverview {
  readonly models: readonly ModelCard[];
  /** How causes have fared in this cluster in the last 30 days. */
  readonly causes: readonly {
    readonly cause: string;
    readonly incidents: number;
    readonly ruledOut: number;
    readonly repaired: number;
  }[];
}

/** A risk with the time since when it is known (ms). */
export interface KnownRisk extends Risk {
  readonly firstSeenAt: number;
}

export interface ExperimentRow {
  readonly name: string;
  readonly target: string;
  readonly state: string;
  readonly startedAt: number;
  readonly result: string;
}

export interface DigestPreview {
  readonly subject: string;
  /** As it would be sent, in plain text. */
  readonly text: Redacted;
}

/** What pages show. Everything is read; nothing here changes anything. */
export interface PagesPort {
  incidents(query: IncidentQuery): Promise<IncidentList>;
  incident(id: string): Promise<IncidentDetail | undefined>;
  /** Grows with every change of the incident; undefined when there is none of that number. */
  /** What is still known of one that was deleted after its days. */
  remembered(id: string): Promise<RememberedIncident | undefined>;
  revision(id: string): Promise<number | undefined>;
  /** Undefined when nothing was measured, or nobody remembers. */
  chart(id: string): Promise<ChartData | undefined>;
  postmortem(id: string): Promise<string | undefined>;
  detectors(): Promise<DetectorsOverview>;
  models(): Promise<ModelsOverview>;
  /** Undefined as long as no experiments can be made. */
  experiments(): Promise<readonly ExperimentRow[] | undefined>;
  risks(): Promise<readonly KnownRisk[]>;
  digest(): Promise<DigestPreview | undefined>;
}

/** Decisions, by the same desk as in Slack. */
export type Decisions = Pick<
  Desk,
  "approve" | "acknowledge" | "resolve" | "reopen" | "reject" | "undo" | "notThisCause" | "replan" | "replanWith"
>;

/** Who somebody is, as far as decisions go: the same answer as Slack's buttons get. */
export interface People {
  slackUser(userId: string): Promise<Identity>;
  /** `user` as a trusted proxy names it: an address, or a name. */
  proxied(user: string): Promise<Identity>;
}

/** Links and sessions in the database; times by its clock. */
export interface SessionStore {
  keepLink(link: { readonly tokenHash: string; readonly slackUser: string; readonly minutes: number }): Promise<void>;
  linkOf(tokenHash: string): Promise<string | undefined>;
  takeLink(tokenHash: string): Promise<string | undefined>;
  openSession(session: {
    readonly idHash: string;
    readonly slackUser: string;
    readonly name: string;
    readonly hours: number;
  }): Promise<void>;
  sessionOf(idHash: string): Promise<{ readonly slackUser: string; readonly name: string } | undefined>;
  endSession(idHash: string): Promise<void>;
}

export type MailState = "sent" | "ended" | "not-listed";

/** Who wants no more mail. */
export interface MailChoice {
  /** `not-listed`: no mail goes there, since the settings do not name it. */
  stateOf(address: string): Promise<MailState>;
  leaveAlone(address: string): Promise<void>;
  takeAgain(address: string): Promise<void>;
}
