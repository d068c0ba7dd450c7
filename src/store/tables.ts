import type { ColumnType, Generated } from "kysely";
import type { Anomaly } from "../incident/anomaly.ts";
import type { Diagnosis } from "../incident/diagnosis/diagnosis.ts";
import type { EvidenceSource } from "../incident/diagnosis/evidence.ts";
import type { Recommendation } from "../incident/fix/recommendation.ts";
import type { ObjectRef } from "../incident/object-ref.ts";
import type { Severity } from "../incident/severity.ts";
import type { IncidentStatus } from "../incident/status.ts";

/** jsonb: read as the value, written as text. */
export type Json<T> = ColumnType<T, string, string>;

export interface IncidentTable {
  id: Generated<string>;
  cluster: string;
  group_key: string;
  title: string;
  severity: Severity;
  status: IncidentStatus;
  target: Json<ObjectRef>;
  affected: Json<readonly ObjectRef[]>;
  anomalies: Json<readonly Anomaly[]>;
  anomalies_dropped: number;
  opened_at: Date;
  onset: Date;
  updated_at: Date;
  resolved_at: Date | null;
  acknowledged_by: string | null;
  /** That the last diagnosis names first; of what was merged none, for it counts in the other one. */
  cause: Generated<string | null>;
  /** The incident that it turned out to be a part of. */
  merged_into: Generated<string | null>;
  /** Grows with every change; what people see carries the revision it was made from. */
  revision: Generated<string>;
}

export interface EvidenceTable {
  incident_id: string;
  id: string;
  source: EvidenceSource;
  about: Json<ObjectRef>;
  query: string;
  from_at: Date | null;
  to_at: Date | null;
  status: "ok" | "no-data" | "error";
  text: string;
  at: Date;
  hash: string;
}

export interface DiagnosisTable {
  incident_id: string;
  version: number;
  made_at: Date;
  body: Json<Diagnosis>;
  recommendations: Json<readonly Recommendation[]>;
}

export interface TimelineTable {
  id: Generated<string>;
  incident_id: string;
  at: Date;
  /** `detected`, `diagnosed`, `acknowledged`, `planned`, `approved`, `applied`, `verified`, `resolved`, … */
  kind: string;
  text: string;
}

export interface Tables {
  incident: IncidentTable;
  evidence: EvidenceTable;
  diagnosis: DiagnosisTable;
  timeline: TimelineTable;
}
