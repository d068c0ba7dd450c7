import { type Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Anomaly } from "../../incident/anomaly.ts";
import type { Incident } from "../../incident/incident.ts";
import type { IncidentStatus } from "../../incident/status.ts";

/** The engine forgets resolved incidents after a while; this many are remembered here for the same reason. */
const mostKnown = 5_000;

/**
 * Counts what happens to incidents, and how long it took: from the first symptom to the incident, and from there to its end.
 * @param standing incidents that were there before; they are not counted as opened
 * @returns what is to be told of every tick
 */
export function addIncidentMetrics(
  registry: Registry,
  events: Counter<"event">,
  standing: readonly Incident[],
): (tick: { readonly incidents: readonly Incident[]; readonly active: readonly Anomaly[] }) => void {
  const registers = [registry];
  const detection = new Histogram({
    name: "kubemend_detection_latency_seconds",
    help: "From the first moment of trouble in the data to the incident",
    buckets: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800],
    registers,
  });
  const duration = new Histogram({
    name: "kubemend_incident_duration_seconds",
    help: "From the first moment of trouble to the end of the incident",
    labelNames: ["severity"] as const,
    buckets: [60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400],
    registers,
  });
  const blind = new Gauge({
    name: "kubemend_blind_sources",
    help: "Sources that do not deliver; while there is one, nothing of theirs is resolved",
    registers,
  });
  for (const event of ["opened", "resolved", "reopened", "merged"]) events.inc({ event }, 0);
  const known = new Map<string, IncidentStatus>(standing.map(({ id, status }) => [id, status]));
  return ({ incidents, active }) => {
    blind.set(active.filter(({ family }) => family === "blind").length);
    for (const { id, status, severity, openedAt, onset, resolvedAt, mergedInto } of incidents) {
      const before = known.get(id);
      if (before === undefined) {
        events.inc({ event: "opened" });
        detection.observe(Math.max(0, openedAt - onset) / 1_000);
      } else if (before === "resolved" && status !== "resolved") events.inc({ event: "reopened" });
      // It goes on in another one, with which it ends.
      if (mergedInto !== undefined && before !== "resolved") events.inc({ event: "merged" });
      else if (status === "resolved" && before !== "resolved") {
        events.inc({ event: "resolved" });
        duration.observe({ severity }, Math.max(0, (resolvedAt ?? openedAt) - onset) / 1_000);
      }
      known.delete(id);
      known.set(id, status);
      const oldest = known.size > mostKnown ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
    }
  };
}
