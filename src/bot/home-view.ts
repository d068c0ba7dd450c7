import type { Incident } from "../incident/incident.ts";
import type { HealthLine } from "../incident/report/health-line.ts";
import type { StoredSilence } from "../incident/silence.ts";
import type { FrozenBy } from "./incident-view.ts";

/** A proposed change that waits for people. */
export interface WaitingApproval {
  readonly incidentId: string;
  readonly recommendationId: string;
  readonly planId: string;
  readonly digest: string;
  readonly title: string;
  /** What it would change, as a unified diff: two fixes may bear the same title. */
  readonly diff: string;
  readonly risk: string;
  readonly have: number;
  readonly need: number;
  /** The person who looks has voted already; somebody else has to. */
  readonly mine: boolean;
  readonly expiresAt: number;
}

/** `at` (unix ms): when it was applied; decided or proposed, where it never was. */
export interface RecentFix {
  readonly incidentId: string;
  readonly title: string;
  readonly at: number;
  readonly outcome:
    | "helped"
    | "did not help"
    | "made things worse"
    | "not known"
    | "being watched"
    | "undone"
    | "not applied";
}

/** What a person sees first: what is open, what waits for them, what became of the last fixes, and how well kubemend does. */
export interface HomeView {
  readonly now: number;
  readonly cluster: string;
  /** The worst of those that are open. */
  readonly open: readonly Incident[];
  /** How many are open. */
  readonly openTotal: number;
  /** The surest of those that wait. */
  readonly approvals: readonly WaitingApproval[];
  /** How many wait. */
  readonly approvalsTotal: number;
  readonly fixes: readonly RecentFix[];
  readonly silences: readonly StoredSilence[];
  readonly health: readonly HealthLine[];
  /** Of the last 30 days' incidents whose cause is settled, in how many the one named first was right. */
  readonly precision: { readonly right: number; readonly wrong: number; readonly days: number };
  readonly frozen: boolean;
  readonly frozenBy?: FrozenBy;
}
