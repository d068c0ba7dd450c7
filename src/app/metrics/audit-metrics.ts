import type { Registry } from "prom-client";
import { addTotal } from "./add-total.ts";

/** Counts the times that the audit lacked an entry which it had; returns what counts one. */
export function addAuditMetrics(registry: Registry): () => void {
  let takenBack = 0;
  addTotal(registry, "audit_taken_back", "Times that the audit lacked an entry which it had", () => takenBack);
  return () => takenBack++;
}
