import type { Anomaly } from "./anomaly.ts";
import type { ObjectRef } from "./object-ref.ts";
import type { Severity } from "./severity.ts";
import type { IncidentStatus } from "./status.ts";

/** Anomalies with one cause. */
export interface Incident {
  /** Decimal number as text; unique in a database. */
  readonly id: string;
  readonly cluster: string;
  /** Equal when the same trouble comes back; decides "reopened". */
  readonly groupKey: string;
  readonly title: string;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  /** When kubemend raised it (ms). */
  readonly openedAt: number;
  /** First moment of trouble in the data (ms); of one that came back, of the trouble that brought it back. */
  readonly onset: number;
  readonly updatedAt: number;
  readonly resolvedAt?: number;
  /** The incident that it has turned out to be a part of, under which it goes on. Its own is over then. */
  readonly mergedInto?: string;
  /** The object that looks most responsible before any diagnosis. */
  readonly target: ObjectRef;
  /** Workloads and services with symptoms, the target included. */
  readonly affected: readonly ObjectRef[];
  /** Current and ended anomalies, oldest first, bounded; `anomaliesDropped` counts the rest. */
  readonly anomalies: readonly Anomaly[];
  readonly anomaliesDropped: number;
}

/** An incident by its number and the title that people read. */
export type NamedIncident = Pick<Incident, "id" | "title">;

/** What detection says happened to an incident. `updated` only when something a reader would see has changed. */
export type IncidentChange =
  | { readonly type: "opened"; readonly incident: Incident }
  | { readonly type: "updated"; readonly incident: Incident }
  | { readonly type: "cleared"; readonly incident: Incident }
  | { readonly type: "recurred"; readonly incident: Incident };
