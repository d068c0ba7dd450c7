import type { AuditMark } from "../audit-mark.ts";
import type { CauseCode } from "../cause.ts";
import type { VerificationVerdict } from "../fix/execution.ts";
import type { ObjectRef } from "../object-ref.ts";
import type { Redacted } from "../redacted.ts";
import type { Risk } from "../risk.ts";
import type { Severity } from "../severity.ts";
import type { StoredSilence } from "../silence.ts";
import type { IncidentStatus } from "../status.ts";

export type DigestPeriod = "daily" | "weekly";

/** Times of a group of incidents (ms); absent when there was none to measure. */
export interface Took {
  readonly meanMs: number;
  readonly medianMs: number;
  readonly incidents: number;
}

export interface DigestIncident {
  readonly id: string;
  readonly title: Redacted;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  /** How often the same was opened in the period, this one the latest; absent when once. */
  readonly times?: number;
  readonly openedAt: number;
  readonly resolvedAt?: number;
  /** What the latest diagnosis puts first; `undecided` when the evidence does not decide. */
  readonly cause?: {
    readonly code: CauseCode;
    readonly culprit: ObjectRef;
    readonly probability: number;
    readonly undecided: boolean;
  };
}

export interface DigestFix {
  readonly incidentId: string;
  readonly title: string;
  readonly at: number;
  /** `undone` and `failed` are what became of the plan, the others of the symptoms; `watching` is not decided yet. */
  readonly outcome: VerificationVerdict | "undone" | "failed" | "watching";
}

/** A detector whose incidents went away before anybody did anything about them. */
export interface NoisyDetector {
  readonly detector: string;
  readonly incidents: number;
  /** Of these, resolved by themselves: not acknowledged, no change applied, gone within the quarter of an hour. */
  readonly passing: number;
}

/** What happened in a period, as it is told by mail and on the page. Everything is redacted where it quotes. */
export interface Digest {
  readonly cluster: string;
  readonly period: DigestPeriod;
  /** ms; `to` is not part of it. */
  readonly from: number;
  readonly to: number;
  readonly opened: number;
  readonly resolved: number;
  /** The same of the period before, to compare. */
  readonly before: { readonly opened: number; readonly resolved: number };
  /** From the first trouble in the data to the incident, for those opened in the period. */
  readonly timeToDetect?: Took;
  /** From the first trouble in the data to recovery, for those resolved in the period. */
  readonly timeToRecover?: Took;
  /** Incidents opened by severity in equal slices of the period, oldest first. */
  readonly slices: readonly { readonly at: number; readonly opened: Readonly<Record<Severity, number>> }[];
  /** Open now, the worst first; `openMore` counts those that are not listed. */
  readonly open: readonly DigestIncident[];
  readonly openMore: number;
  /** Opened in the period, the latest first; `recentMore` counts those that are not listed. */
  readonly recent: readonly DigestIncident[];
  readonly recentMore: number;
  readonly causes: readonly { readonly cause: CauseCode; readonly incidents: number; readonly culprit: ObjectRef }[];
  readonly fixes: readonly DigestFix[];
  readonly noisy: readonly NoisyDetector[];
  /** The newest entry of the audit: a mailbox keeps it where the database cannot take it back. Absent while there is none. */
  readonly audit?: AuditMark;
  /** How often the audit was found without an entry that it had; absent when never. */
  readonly takenBack?: number;
  /** What was said to run out, in the period or still. */
  readonly predicted: readonly { readonly incidentId: string; readonly text: Redacted; readonly open: boolean }[];
  /** The worst risks; `new` since the period began. */
  readonly risks: readonly (Risk & { readonly isNew: boolean })[];
  readonly risksMore: number;
  /** Silences that end before the next digest. */
  readonly ending: readonly StoredSilence[];
}

export const periodMs: Readonly<Record<DigestPeriod, number>> = { daily: 86_400_000, weekly: 7 * 86_400_000 };
