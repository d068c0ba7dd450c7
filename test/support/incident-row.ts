import type { Incident } from "../../src/incident/incident.ts";
import { makeRef } from "../../src/incident/object-ref.ts";

/** An open incident about a workload of its own, as detection would hand it to the store. */
export function incidentRow(id: number, more: Partial<Incident> = {}): Incident {
  const at = Date.now();
  const target = makeRef("Deployment", "shop", `app-${id}`);
  return {
    id: String(id),
    cluster: "shop",
    groupKey: `test/${id}`,
    title: `app-${id} is broken`,
    severity: "high",
    status: "open",
    openedAt: at,
    onset: at - 60_000,
    updatedAt: at,
    target,
    affected: [target],
    anomalies: [],
    anomaliesDropped: 0,
    ...more,
  };
}
