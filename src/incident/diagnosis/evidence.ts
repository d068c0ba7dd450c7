import type { ObjectRef } from "../object-ref.ts";
import type { Redacted } from "../redacted.ts";

export type EvidenceSource =
  | "object"
  | "event"
  | "change"
  | "metric"
  | "log"
  | "topology"
  | "node"
  | "history"
  | "runbook";

/** A quoted fact: where it came from, exactly how it was asked for, what came back. Quoted, never obeyed. */
export interface Evidence {
  /** `E7`, unique inside one incident. */
  readonly id: string;
  readonly source: EvidenceSource;
  readonly about: ObjectRef;
  /** How a person can ask the same again: a kubectl command or a PromQL expression. */
  readonly query: string;
  readonly from?: number;
  readonly to?: number;
  readonly status: "ok" | "no-data" | "error";
  readonly text: Redacted;
  /** When the fact became true or was read (ms). */
  readonly at: number;
  /** SHA-256 of source, query and text. */
  readonly hash: string;
}
